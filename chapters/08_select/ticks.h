// Ticks: a stream of 1, 2, 3, ..., one every `period`. An interval in its simplest form; chapter 13
// has one that can do more.
#pragma once

#include <optional>

#include "02_timer_future/sleep.h"
#include "08_select/fuse.h"
#include "common/stream.h"

namespace book {

/// The first tick comes one period after the first poll. A task that fetches a tick late does not
/// delay the ticks after it.
class Ticks {
 public:
  using Item = int;
  /// Ends after `count` ticks.
  Ticks(Duration period, int count) noexcept : period_(period), count_(count) {}

  bool is_terminated() const noexcept { return given_ == count_; }

  Poll<std::optional<int>> poll_next(Context& cx) {
    if (is_terminated()) return Poll<std::optional<int>>::ready(std::nullopt);
    if (!begin_) begin_ = Reactor::current().now();
    if (pause_.is_terminated()) pause_.set(sleep_until(*begin_ + period_ * (given_ + 1)));
    if (pause_.poll(cx).is_pending()) return pending;
    return Poll<std::optional<int>>::ready(++given_);
  }

 private:
  Duration period_;
  int count_;
  int given_ = 0;
  std::optional<Instant> begin_;
  Fuse<Sleep> pause_ = Fuse<Sleep>::terminated();
};

}  // namespace book
