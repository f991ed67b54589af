// Wrong: the end of the source is the end, whoever still waits.
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
      if (next.is_pending()) break;
      if (!next.value()) return next;
      latest_ = std::move(next).value();
      silence_.emplace(sleep(wait_));
    }
    if (!latest_ || silence_->poll(cx).is_pending()) return pending;
    silence_.reset();
    return PollItem<Item>::ready(std::exchange(latest_, std::nullopt));
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
  std::optional<Item> latest_;
  std::optional<Sleep> silence_;
};

struct DebounceFn {
  detail::StreamStep<Debounce, Duration> operator()(Duration wait) const { return {{wait}}; }
};
inline constexpr DebounceFn debounce{};

}  // namespace book::exercise
