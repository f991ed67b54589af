// Wrong: it looks at the clock between two tries only.
#pragma once

#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"
#include "common/reactor/reactor.h"

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
  const Instant deadline = Reactor::current().now() + budget.whole;
  while (Reactor::current().now() < deadline) {
    try {
      auto one_try = timeout(budget.each, make());
      std::optional<OutputOf<F>> value = co_await one_try;
      if (value) co_return std::move(*value);
    } catch (const std::exception&) {
      // It has failed; so will the next one, or not.
    }
    co_await sleep(budget.pause);
  }
  throw OutOfTime();
}

}  // namespace book::exercise
