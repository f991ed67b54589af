// Exercise 2: retry with back-off.
//
//     int page = co_await retry(download, 4, 100ms);
//
// calls download() and awaits the future that it gives. If that throws, retry sleeps for 100 ms and
// tries again, then sleeps for 200 ms, then for 400 ms: each pause is twice the one before. When
// the fourth and last try throws as well, that exception is retry's own, and there is no pause
// after it.
//
// Run its test with: make exercise CHAPTER=05
#pragma once

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"

namespace book::exercise {

/// `make` gives a new future at each call. `attempts` is at least 1.
template <class Make, class T = OutputOf<std::invoke_result_t<Make&>>>
Async<T> retry(Make make, int attempts, Duration pause) {
  // TODO: this is the first attempt, and it has no second. The standard forbids co_await inside a
  // catch block: what can you keep of the exception, so that the pause comes after the block?
  (void)attempts;
  (void)pause;
  T result = co_await make();
  co_return result;
}

}  // namespace book::exercise
