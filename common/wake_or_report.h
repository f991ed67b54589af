// wake_or_report: a wake from where no exception may leave: a destructor, a noexcept function, the
// last line of a thread. The wakers of this book do not throw. One that does, a reader's own, gets
// its exception out of every other wake (set_value, send, cancel, the reactor's turn); out of these
// it cannot come, and goes to stderr. The others that are to be woken are woken all the same.
#pragma once

#include <concepts>
#include <utility>

#include "common/waker.h"

namespace book {

namespace detail {
/// Says on stderr what a waker has thrown. Called where the exception is being handled.
void report_waker_exception() noexcept;
}  // namespace detail

/// Calls `wakes()`, which fires some wakers. It keeps an exception of one until it has fired all.
template <std::invocable Wakes>
void wake_or_report(Wakes&& wakes) noexcept {
  try {
    std::forward<Wakes>(wakes)();
  } catch (...) {
    detail::report_waker_exception();
  }
}

/// Fires this one.
inline void wake_or_report(Waker waker) noexcept {
  wake_or_report([&] { std::move(waker).wake(); });
}

}  // namespace book
