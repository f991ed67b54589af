#include "12_sync/notify.h"

#include "common/wake_or_report.h"

namespace book {

Notify::~Notify() {
  const Locked locked(lock_);
  detail::check_no_waiter("a Notify", queue_);
  if (users_ > 0) {
    detail::destroyed_in_use(
        "a Notify", "a task that was told has yet to be polled; the latest waits since line",
        line_);
  }
}

Notified Notify::notified(int line) {
  const Locked locked(lock_);
  return {*this, round_, detail::Line(line)};
}

void Notify::tell(Told which) {
  Waker waker;
  {
    const Locked locked(lock_);
    if (queue_.empty()) {
      kept_ = true;
    } else {
      Node& node = which == Told::first ? queue_.front<Node>() : queue_.back<Node>();
      node.told = which;
      line_ = node.line;
      waker = queue_.take(node);
    }
  }
  std::move(waker).wake();
}

void Notify::notify_all() {
  Locked locked(lock_);
  ++round_;
  if (!queue_.empty()) line_ = queue_.back<Node>().line;
  queue_.wake_all(locked);
}

bool Notify::was_notified(Node& node, Round made_in, Waker& dropped) noexcept {
  if (node.was_taken() || round_ != made_in) {
    dropped = queue_.forget(node);
    node.told = Told::nothing;
    users_ -= node.was_queued() ? 1 : 0;
    node.reset();
    return true;
  }
  if (!kept_ || node.is_waiting()) return false;
  kept_ = false;
  return true;
}

Notified::~Notified() {
  if (!node_.was_queued()) return;
  Waker dropped;
  Notify::Told told;
  {
    const Locked locked(notify_->lock_);
    told = node_.told;
    dropped = notify_->queue_.forget(node_);
    --notify_->users_;
  }
  if (told != Notify::Told::nothing) wake_or_report([&] { notify_->tell(told); });
}

bool Notified::enable() {
  pin_.enter();
  if (!ready_) {
    Waker dropped;
    const Locked locked(notify_->lock_);
    ready_ = notify_->was_notified(node_, round_, dropped);
    if (!ready_) {
      notify_->count(node_);
      notify_->queue_.enter(node_);
    }
  }
  (void)pin_.pending();
  return ready_;
}

Poll<void> Notified::poll(Context& cx) {
  pin_.enter();
  if (ready_) return Poll<void>::ready();
  Waker dropped;
  Locked locked(notify_->lock_);
  do {
    if (notify_->was_notified(node_, round_, dropped)) return Poll<void>::ready();
    notify_->count(node_);
    cx.waits_for("a notification");
  } while (!notify_->queue_.wait(node_, cx, locked));
  return pin_.pending();
}

}  // namespace book
