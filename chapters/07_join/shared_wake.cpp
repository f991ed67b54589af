#include "07_join/shared_wake.h"

#include <utility>

#include "common/reactor/wake_round.h"
#include "common/trace.h"

namespace book::detail {

const WakerVTable SharedWake::kWakerVTable{
    .clone =
        [](void* data) {
          trace::waker_clone(data);
          static_cast<SharedWake*>(data)->retain();
        },
    .wake =
        [](void* data) {
          trace::wake_by_value(data);
          const auto self = Arc<SharedWake>::adopt(static_cast<SharedWake*>(data));
          self->wake_all();
        },
    .wake_by_ref =
        [](void* data) {
          trace::wake(data);
          static_cast<SharedWake*>(data)->wake_all();
        },
    .drop =
        [](void* data) {
          trace::waker_drop(data);
          static_cast<SharedWake*>(data)->release();
        },
};

bool SharedWake::wait(Ticket& ticket, Context& cx) {
  {
    const std::lock_guard lock(mutex_);
    if (ticket.round == round_ && waiting_[ticket.place].will_wake(cx.waker())) return news_;
  }
  Waker waker = cx.waker();  // at the end the old one, dropped after the lock
  const std::lock_guard lock(mutex_);
  if (ticket.round == round_) {
    std::swap(waiting_[ticket.place], waker);
  } else {
    ticket = {round_, waiting_.size()};
    waiting_.push_back(std::move(waker));
  }
  return news_;
}

void SharedWake::forget(Ticket& ticket) noexcept {
  Waker dropped;
  const std::lock_guard lock(mutex_);
  if (ticket.round == round_) std::swap(waiting_[ticket.place], dropped);
  ticket.round = 0;
  while (!waiting_.empty() && !waiting_.back()) waiting_.pop_back();
  // `dropped` was made before the lock, and goes after it.
}

bool SharedWake::take_news() noexcept {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, false);
}

void SharedWake::wake_all() {
  std::vector<Waker> woken;
  {
    const std::lock_guard lock(mutex_);
    news_ = true;
    ++round_;
    woken.swap(waiting_);
  }
  WakeRound round;
  for (Waker& waker : woken) round.fire(std::move(waker));
  round.end();
}

}  // namespace book::detail
