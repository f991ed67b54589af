// Exercise 1: a timetable.
//
// A bus leaves at some minutes of every hour. Give its departures, as a stream.
//
//     Timetable buses(midnight, {0min, 20min, 45min});
//     auto departure = co_await next(buses);          // the instant at which it leaves
//
//     00:00     00:20        00:45   01:00     01:20
//     --|---------|------------|-------|---------|---->
//           ^                      ^
//           asked at 00:10:        asked at 00:50, after a long chat:
//           gives 00:20, then      gives 01:00, then. 00:45 has gone.
//
// The departure of this very moment can still be caught, but only once. A future that was told a
// bus at its first poll gives that one, even when it is polled again only after the bus has left.
// There is no last bus.
#pragma once

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
    // TODO: this says that there are no buses. Which is the next departure? Sleep until then; a
    // Sleep is a future with a poll, and wants to be kept from one poll_next to the other.
    (void)cx;
    return Poll<std::optional<Instant>>::ready(std::nullopt);
  }

 private:
  Instant midnight_;
  std::vector<std::chrono::minutes> minutes_;
};

}  // namespace book::exercise
