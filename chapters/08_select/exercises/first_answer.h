// Exercise 2: the first mirror that answers, within limits.
//
//     std::string page = co_await first_answer(mirrors, 2, 100ms);
//
// Each mirror is a function: calling it gives a future that fetches the page, or throws.
//   - At most `at_most` of them are asked at the same time, in the order of the vector.
//   - When one fails, the next one is asked.
//   - The first that succeeds gives the page. Those still under way are dropped.
//   - When all have failed, first_answer throws what the last one to fail has thrown.
//   - When `patience` has passed since the beginning, it throws TimedOut.
#pragma once

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/futures_unordered.h"
#include "08_select/select.h"
#include "common/stream.h"

namespace book::exercise {

struct TimedOut : std::runtime_error {
  TimedOut() : std::runtime_error("no mirror has answered in time") {}
};

/// There is one mirror at least. `at_most` is 1 or more, and may be more than there are mirrors.
template <class Mirror, class F = std::invoke_result_t<Mirror&>>
Async<OutputOf<F>> first_answer(std::vector<Mirror> mirrors, std::size_t at_most,
                                Duration patience) {
  // TODO: this asks the first mirror only. A set of futures that grows while it runs is a
  // FuturesUnordered<F>; an exception of one of them comes out of the select it is in.
  (void)at_most;
  (void)patience;
  OutputOf<F> answer = co_await mirrors[0]();
  co_return answer;
}

}  // namespace book::exercise
