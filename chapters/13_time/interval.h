// interval(period): a tick every so often, as a stream of the instants at which they were due.
//
//     due        0       100       200       300       400       500
//     consumer   takes one, and is busy until 270
//
//     burst      0                        270 270  300       400       500     catches up
//     delay      0                        270             370       470        begins anew
//     skip       0                        270      300       400       500     is back in step
//
// The tick of 100 was waiting, and is given late by all three. They differ in what becomes of the
// other missed one, and of those that follow. Chapter 13 explains it.
#pragma once

#include <optional>

#include "09_streams/stream_step.h"
#include "common/reactor/reactor.h"

namespace book {

/// What an interval does when a tick is fetched so late that others are due already.
enum class MissedTicks : unsigned char {
  burst,  ///< gives them all, one after the other, until it has caught up: as many as were due
  delay,  ///< forgets them, and counts the next period from now: never two too close together
  skip,   ///< forgets them, and goes on at the next instant that was due: always in step
};

/// What interval() and interval_at() give: a stream without end. Destroying it disarms its timer.
class [[nodiscard]] Interval {
 public:
  using Item = Instant;

  /// Empty: it begins with its first poll. Throws std::invalid_argument for a period of nothing.
  Interval(std::optional<Instant> start, Duration period, MissedTicks missed);

  bool is_terminated() const noexcept { return false; }
  Duration period() const noexcept { return period_; }
  MissedTicks missed_ticks() const noexcept { return missed_; }

  /// The instant at which the tick was due. Never early; when it is late, it is due still.
  PollItem<Instant> poll_next(Context& cx);

  /// The next tick comes one period from now, and the others after it. A task that waits goes on
  /// waiting. For the executor's own thread.
  void reset();
  /// The same with the next tick at `next`.
  void reset_at(Instant next);

 private:
  Instant after(Instant due, Instant now) const noexcept;

  StreamPin pin_;  // first: a move that it refuses leaves the rest alone
  Duration period_;
  std::optional<Instant> next_;
  Timer timer_;
  Waker waiter_;  // of a pending poll: reset() moves its timer
  MissedTicks missed_;
};

namespace detail {
struct IntervalFn {
  /// The first tick at once, the second after one period. (Made where no reactor is current, it
  /// begins with the first poll, as sleep does.)
  Interval operator()(Duration period, MissedTicks missed = MissedTicks::burst) const {
    const Reactor* reactor = Reactor::current_or_null();
    return {reactor ? std::optional(reactor->now()) : std::nullopt, period, missed};
  }
};
struct IntervalAtFn {
  /// The first tick at `start`. If that has passed, those since then were missed.
  Interval operator()(Instant start, Duration period,
                      MissedTicks missed = MissedTicks::burst) const {
    return {start, period, missed};
  }
};
}  // namespace detail

inline constexpr detail::IntervalFn interval{};
inline constexpr detail::IntervalAtFn interval_at{};

}  // namespace book
