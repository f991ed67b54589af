// Wrong: what it has given stays, and its pause with it.
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
    while (!ended_) {  // until it is pending: then it has our waker
      PollItem<Item> next = source_.poll_next(cx);
      if (next.is_pending()) break;
      ended_ = !next.value().has_value();
      if (ended_) break;
      latest_ = std::move(next).value();
      silence_.emplace(sleep(wait_));
    }
    if (!latest_) return ended_ ? PollItem<Item>::ready() : PollItem<Item>(pending);
    if (!ended_ && silence_->poll(cx).is_pending()) return pending;
    return PollItem<Item>::ready(latest_);
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
  std::optional<Item> latest_;    // the item that waits
  std::optional<Sleep> silence_;  // how long it still has to
  bool ended_ = false;
};

struct DebounceFn {
  detail::StreamStep<Debounce, Duration> operator()(Duration wait) const { return {{wait}}; }
};
inline constexpr DebounceFn debounce{};

}  // namespace book::exercise
