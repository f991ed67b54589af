// Streams and the clock: s | throttle(d) leaves at least d between an item and the next;
// s | timeout_each(d) gives an empty optional when no item has come for d, and goes on waiting.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// Between two items it does not even ask its source: the producer that fills the source feels it.
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

/// The time runs from the moment a task asks for an item. What runs out is the wait, not the
/// source: that is not dropped, and its item may still come.
///
/// A wait may be given up, by a select say, and nothing tells us: its timer goes off while no task
/// asks, and the next one that does finds it long past. That is taken for what it is when the timer
/// is late by more than a busy thread explains, and the time begins anew.
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
    const Instant now = Reactor::current().now();
    if (timer_ && now - deadline_ > grace()) timer_.reset();
    if (!timer_) {
      deadline_ = wait_ > Instant::max() - now ? Instant::max() : now + wait_;
      timer_.emplace(sleep_until(deadline_));
    }
    if (timer_->poll(cx).is_pending()) return pending;
    timer_.reset();
    return PollItem<Item>::ready(std::in_place, std::nullopt);
  }

 private:
  /// As late as this a timer may be seen although its wait was not given up.
  Duration grace() const noexcept {
    return std::max<Duration>(std::chrono::milliseconds(5), wait_ / 10);
  }

  StreamPin pin_;
  S source_;
  Wait wait_;
  Instant deadline_{};  // of the wait that is under way
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
