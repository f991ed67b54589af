// Wrong: sleeps from one departure to the next, whatever the time is.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "common/reactor/reactor.h"
#include "common/stream.h"

namespace book::exercise {

class Timetable {
 public:
  using Item = Instant;

  /// `minutes` of the hour: at least one, in order, each less than 60.
  Timetable(Instant midnight, std::vector<std::chrono::minutes> minutes)
      : midnight_(midnight), minutes_(std::move(minutes)) {}

  Poll<std::optional<Instant>> poll_next(Context& cx) {
    if (!wait_) {
      const Instant now = Reactor::current().now();
      const Instant from = given_ ? *given_ + Duration(1) : now;
      next_ = now + (at_or_after(from) - (given_ ? *given_ : now));
      wait_.emplace(sleep(next_ - now));
    }
    if (wait_->poll(cx).is_pending()) return pending;
    wait_.reset();
    given_ = next_;
    return Poll<std::optional<Instant>>::ready(next_);
  }

 private:
  /// Counted from midnight, so that no bus leaves later because somebody asked late.
  Instant at_or_after(Instant from) const {
    auto hour = std::chrono::floor<std::chrono::hours>(from - midnight_);
    for (;; ++hour) {
      for (const std::chrono::minutes minute : minutes_) {
        const Instant departure = midnight_ + hour + minute;
        if (departure >= from) return departure;
      }
    }
  }

  Instant midnight_;
  std::vector<std::chrono::minutes> minutes_;
  Instant next_;
  std::optional<Instant> given_;
  std::optional<Sleep> wait_;
};

}  // namespace book::exercise
