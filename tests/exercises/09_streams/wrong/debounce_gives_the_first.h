// Wrong: that is a throttle. The first item of a burst passes, the rest is dropped.
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
    for (;;) {
      PollItem<Item> next = source_.poll_next(cx);
      if (next.is_pending() || !next.value()) return next;
      const Instant now = Reactor::current().now();
      if (std::exchange(last_, now) + wait_ > now) continue;
      return next;
    }
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
  Instant last_{};
};

struct DebounceFn {
  detail::StreamStep<Debounce, Duration> operator()(Duration wait) const { return {{wait}}; }
};
inline constexpr DebounceFn debounce{};

}  // namespace book::exercise
