// Wrong: TimedOut is thrown inside the try block.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
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

/// There is one mirror at least, and `at_most` is 1 or more.
template <class Mirror, class F = std::invoke_result_t<Mirror&>>
Async<OutputOf<F>> first_answer(std::vector<Mirror> mirrors, std::size_t at_most,
                                Duration patience) {
  using Answer = std::optional<OutputOf<F>>;
  FuturesUnordered<F> asked;
  std::size_t next = 0;
  while (next < mirrors.size() && next < at_most) asked.push(mirrors[next++]());
  auto alarm = fuse(sleep(patience));  // one for all rounds

  auto on_answer = [](OutputOf<F> answer) { return Answer(std::move(answer)); };
  auto on_alarm = [] { return Answer(); };

  for (;;) {
    std::exception_ptr failure;
    try {
      auto round = select(on(select_next_some(asked), on_answer), on(alarm, on_alarm));
      Answer answer = co_await round;
      if (answer) co_return std::move(*answer);
      throw TimedOut();
    } catch (...) {
      failure = std::current_exception();
    }
    if (next < mirrors.size()) {
      asked.push(mirrors[next++]());
    } else if (asked.empty()) {
      std::rethrow_exception(failure);
    }
  }
}

}  // namespace book::exercise
