#include "12_sync/barrier.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace book {

Barrier::~Barrier() {
  const Locked locked(lock_);
  detail::check_no_waiter("a Barrier", queue_);
  if (let_go_ > 0) {
    detail::destroyed_in_use(
        "a Barrier", "a task that it let go has yet to be polled; it waits since line", line_);
  }
}

BarrierWait Barrier::wait(int line) { return {*this, detail::Line(line)}; }

BarrierWait::~BarrierWait() {
  if (!node_.was_queued()) return;
  Waker dropped;
  const Locked locked(barrier_->lock_);
  --(round_ == barrier_->round_ ? barrier_->arrived_ : barrier_->let_go_);
  dropped = barrier_->queue_.forget(node_);
}

Poll<bool> BarrierWait::poll(Context& cx) {
  pin_.enter();
  Barrier& barrier = *barrier_;
  Waker dropped;
  Locked locked(barrier.lock_);
  if (!node_.was_queued()) {
    round_ = barrier.round_;
    if (++barrier.arrived_ >= barrier.size_) {
      if (!barrier.queue_.empty()) {
        barrier.line_ = barrier.queue_.front<detail::PlacedWaiter>().line;
      }
      barrier.let_go_ += std::exchange(barrier.arrived_, 0) - 1;  // all but this one
      ++barrier.round_;
      barrier.queue_.wake_all(locked);
      return true;
    }
  }
  do {
    if (round_ != barrier.round_) {
      dropped = barrier.queue_.forget(node_);
      node_.reset();  // from here on it has no more to do with the barrier
      --barrier.let_go_;
      return false;
    }
    constexpr std::size_t kShown = std::numeric_limits<int>::max();
    cx.waits_for("the others at a barrier; to come are",
                 static_cast<int>(std::min(barrier.size_ - barrier.arrived_, kShown)));
  } while (!barrier.queue_.wait(node_, cx, locked));
  return pin_.pending();
}

}  // namespace book
