// timeout(d, f), timeout_at(t, f): a future with a deadline.
//
//     std::optional<Page> page = co_await timeout(2s, download(url));
//     if (!page) ...                                  // too late: the download has been dropped
//
// Nothing is asked to stop: dropping a future is how it is cancelled. Give a named future and it is
// borrowed: after a time-out it still stands where it was, and may be awaited again. A JoinHandle
// that is dropped detaches its task, which goes on. Chapter 10 explains it.
#pragma once

#include <utility>

#include "02_timer_future/sleep.h"
#include "10_spawning/until.h"
#include "common/clock.h"
#include "common/future.h"

namespace book {

/// A future of std::optional: the value, or empty when the time came first.
template <class F>
using Timeout = detail::Until<F, Sleep>;

namespace detail {
struct TimeoutFn {
  /// The time runs from this call (outside of a task: from the first poll). A future that is ready
  /// wins even over a deadline that has passed.
  template <Future F>
  Timeout<F> operator()(Duration limit, F&& future) const {
    return Timeout<F>(std::forward<F>(future), sleep(limit));
  }
  template <Future F>
  void operator()(F&&, Duration) const {
    static_assert(sizeof(F) == 0, "timeout(limit, future): the time comes first");
  }
};
struct TimeoutAtFn {
  template <Future F>
  Timeout<F> operator()(Instant deadline, F&& future) const {
    return Timeout<F>(std::forward<F>(future), sleep_until(deadline));
  }
  template <Future F>
  void operator()(F&&, Instant) const {
    static_assert(sizeof(F) == 0, "timeout_at(deadline, future): the time comes first");
  }
};
}  // namespace detail

inline constexpr detail::TimeoutFn timeout{};
inline constexpr detail::TimeoutAtFn timeout_at{};

}  // namespace book
