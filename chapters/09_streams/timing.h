// Streams and the clock: s | throttle(d) leaves at least d between an item and the next;
// s | timeout_each(d) gives an empty optional when no item has come for d, and goes on waiting.
#pragma once

#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// Between two items it does not even ask its source: whoever fills the source feels it.
template <class S, class Wait>
class Throttle {
 public:
  using Item = ItemOf<S>;
  Throttle(S&& source, Wait wait) : source_(std::forward<S>(source)), wait_(wait) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (pause_) {
      if (pause_->poll(cx).is_pending()) return pending;
      pause_.reset();
    }
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_ready() && next.value()) pause_.emplace(sleep(wait_));
    return next;
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
  std::optional<Sleep> pause_;
};

/// The time runs from the moment somebody asks for an item. What runs out is the wait, not the
/// source: that is not dropped, and its item may still come.
template <class S, class Wait>
class TimeoutEach {
 public:
  using Item = std::optional<ItemOf<S>>;
  TimeoutEach(S&& source, Wait wait) : source_(std::forward<S>(source)), wait_(wait) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    PollItem<ItemOf<S>> next = source_.poll_next(cx);
    if (next.is_ready()) {
      timer_.reset();
      if (!next.value()) return PollItem<Item>::ready();
      return PollItem<Item>::ready(std::in_place, std::move(next).value());
    }
    if (!timer_) timer_.emplace(sleep(wait_));
    if (timer_->poll(cx).is_pending()) return pending;
    timer_.reset();
    return PollItem<Item>::ready(std::in_place, std::nullopt);
  }

 private:
  StreamPin pin_;
  S source_;
  Wait wait_;
  std::optional<Sleep> timer_;
};

}  // namespace streams

namespace detail {
struct ThrottleFn {
  StreamStep<streams::Throttle, Duration> operator()(Duration wait) const { return {{wait}}; }
};
struct TimeoutEachFn {
  StreamStep<streams::TimeoutEach, Duration> operator()(Duration wait) const { return {{wait}}; }
};
}  // namespace detail

inline constexpr detail::ThrottleFn throttle{};
inline constexpr detail::TimeoutEachFn timeout_each{};

}  // namespace book
