// Exercise 3: debounce.
//
//     keys | debounce(100ms)
//
//     source      a  b  c                  d
//     debounce              c                   d        each 100 ms after the item itself
//
// A stream that gives an item when nothing has followed it for a while: of a burst, only the last
// one. When the source ends, the item that is still waiting comes at once, and then the end.
#pragma once

#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "09_streams/stream_step.h"

namespace book::exercise {

template <class S, class Wait>
class Debounce {
 public:
  using Item = ItemOf<S>;
  Debounce(S&& source, Wait wait) : source_(std::forward<S>(source)), wait_(wait) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    // TODO: every item passes at once. Keep the latest one, and a Sleep that runs since it came.
    // Two things can happen while you wait: who tells you of each?
    (void)wait_;
    return source_.poll_next(cx);
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
};

struct DebounceFn {
  detail::StreamStep<Debounce, Duration> operator()(Duration wait) const { return {{wait}}; }
};
inline constexpr DebounceFn debounce{};

}  // namespace book::exercise
