#include "10_spawning/join_task.h"

#include <fmt/format.h>

#include "10_spawning/join_error.h"
#include "common/report_exception.h"
#include "common/wake_or_report.h"

namespace book {
namespace {

const char* reason(JoinError::Why why) {
  switch (why) {
    case JoinError::Why::aborted:
      return "was aborted, so there is no value to wait for";
    case JoinError::Why::executor_ended:
      return "was dropped when its executor ended, so there is no value to wait for";
    case JoinError::Why::scope_ended:
      return "was dropped when its task_scope ended, so there is no value to wait for";
  }
  return "";
}

}  // namespace

JoinError::JoinError(Why why, Place spawned_at)
    : std::runtime_error(fmt::format("the task spawned at {}:{} {}", spawned_at.file,
                                     spawned_at.line, reason(why))),
      why_(why),
      spawned_at_(spawned_at) {}

namespace detail {

bool JoinTaskBase::wait_for_end(Context& cx) {
  std::uint64_t state = state_.load(std::memory_order_acquire);
  if (state & kCompleted) return false;
  cx.waits_for("a task that it has spawned");
  if (state & kWaiter) {
    // Even a look at the waker comes after this: the executor may be moving it out just now.
    state = state_.fetch_and(~kWaiter, std::memory_order_acq_rel);
    if (state & kCompleted) return false;  // the waker is the executor's, which fires it
  }
  if (!waiter_.will_wake(cx.waker())) waiter_ = cx.waker();
  state = state_.fetch_or(kWaiter, std::memory_order_acq_rel);
  if (!(state & kCompleted)) return true;
  waiter_ = Waker();  // the executor came by before the bit was set: nobody will fire it
  return false;
}

void JoinTaskBase::drop_handle() noexcept {
  std::uint64_t state = state_.load(std::memory_order_acquire);
  if (!(state & kCompleted)) {
    state = state_.fetch_and(~(kJoined | kWaiter), std::memory_order_acq_rel);
  }
  if (state & kCompleted) {
    drop_output();
  } else if (state & kWaiter) {
    waiter_ = Waker();
  }
  release();
}

void JoinTaskBase::completed(std::uint64_t state) noexcept {
  if (!(state & kJoined)) {
    drop_output();
  } else if (state & kWaiter) {
    wake_or_report(std::move(waiter_));
  }
}

void JoinTaskBase::drop_output() noexcept {
  if (phase_ == Phase::value) return drop_value();
  if (phase_ != Phase::error) return;
  try {
    std::rethrow_exception(take_error());
  } catch (...) {
    report_exception(place());
  }
}

void JoinTaskBase::rethrow_unless_value() {
  if (phase_ == Phase::value) return;
  if (phase_ == Phase::error) std::rethrow_exception(take_error());
  const bool aborted = state_.load(std::memory_order_relaxed) & kCancelled;
  throw JoinError(aborted ? JoinError::Why::aborted : JoinError::Why::executor_ended, place());
}

std::exception_ptr JoinTaskBase::take_error() noexcept {
  auto* error = std::launder(static_cast<std::exception_ptr*>(memory()));
  std::exception_ptr taken = std::move(*error);
  error->~exception_ptr();
  phase_ = Phase::nothing;
  return taken;
}

}  // namespace detail
}  // namespace book
