// yield_now(): lets everybody else who is ready run first.
#pragma once

#include "common/future.h"

namespace book {

/// Pending once, having woken its own task: the task goes to the end of the queue.
class [[nodiscard]] YieldNow : PinnedOncePolled {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (!first) return Poll<void>::ready();
    cx.waits_for("its next turn, by yield_now()");
    cx.waker().wake_by_ref();
    return pin_.pending();
  }
};

namespace detail {
struct YieldNowFn {
  YieldNow operator()() const { return {}; }
};
}  // namespace detail

inline constexpr detail::YieldNowFn yield_now{};

}  // namespace book
