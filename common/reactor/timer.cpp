#include "common/reactor/timer.h"

#include <mutex>
#include <utility>

#include "common/reactor/reactor_core.h"

namespace book {

void Timer::disarm_armed() noexcept {
  Waker dropped;  // after the mutex is free again: a drop may run anything
  std::scoped_lock lock(core_->timers_mutex);
  if (!armed()) return;  // fired just now, on the reactor's thread, or the reactor has ended
  core_->timers.remove(*this);
  core_->count_timers();
  dropped = std::move(waker_);
  state_.store(State::idle, std::memory_order_release);
}

void Timer::join_core(detail::ReactorCore& core) noexcept {
  core.retain();
  core_ = &core;
}

void Timer::leave_core() noexcept {
  disarm();
  core_->release();
  core_ = nullptr;
}

}  // namespace book
