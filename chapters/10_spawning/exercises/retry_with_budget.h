// Exercise 2: try again, but not forever.
//
//     auto page = co_await retry_with_budget(fetch, {.each = 100ms, .pause = 50ms, .whole = 1s});
//
//     |== try ==x pause |== try =======x pause |== try ==> the value
//               threw             took too long
//
// `make` is a function: calling it gives the future of one try.
//   - The first try that gives a value gives it to the caller.
//   - A try that throws a std::exception, or takes longer than `each`, has failed. After a pause
//     comes the next.
//   - When `whole` has passed since the beginning, in a try or in a pause, it throws OutOfTime.
//   - No try is left behind: one that is given up is dropped, before the pause.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"

namespace book::exercise {

struct OutOfTime : std::runtime_error {
  OutOfTime() : std::runtime_error("no try has succeeded in time") {}
};

struct Budget {
  Duration each;   ///< for one try
  Duration pause;  ///< between two tries
  Duration whole;  ///< for all tries and pauses together
};

template <class Make, class F = std::invoke_result_t<Make&>>
Async<OutputOf<F>> retry_with_budget(Make make, Budget budget) {
  // TODO: this tries once. timeout(duration, future) gives an optional, empty when the time was up;
  // and what retries may itself be given a time-out.
  (void)budget;
  OutputOf<F> value = co_await make();
  co_return value;
}

}  // namespace book::exercise
