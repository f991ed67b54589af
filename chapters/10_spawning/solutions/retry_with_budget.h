// Exercise 2, solved: a time-out for each try, inside a time-out for all of them.
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

/// Tries forever. `make` lives in the caller, who awaits the end or drops this first.
template <class Make, class F = std::invoke_result_t<Make&>>
Async<OutputOf<F>> retry_forever(Make& make, Budget budget) {
  for (;;) {
    try {
      auto one_try = timeout(budget.each, make());
      std::optional<OutputOf<F>> value = co_await one_try;
      if (value) co_return std::move(*value);
    } catch (const std::exception&) {
      // It has failed; so will the next one, or not.
    }
    co_await sleep(budget.pause);
  }
}

template <class Make, class F = std::invoke_result_t<Make&>>
Async<OutputOf<F>> retry_with_budget(Make make, Budget budget) {
  auto tries = timeout(budget.whole, retry_forever(make, budget));
  std::optional<OutputOf<F>> value = co_await tries;
  if (!value) throw OutOfTime();
  co_return std::move(*value);
}

}  // namespace book::exercise
