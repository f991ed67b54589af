#include "13_time/interval.h"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace book {
namespace {

/// Timers are up to a tick of the reactor and a nap of the system late. A tick that is fetched no
/// later than this was not missed, and nothing moves because of it.
constexpr Duration kPunctual = std::chrono::milliseconds(5);

Instant later(Instant from, Duration step) noexcept {
  return from > Instant::max() - step ? Instant::max() : from + step;
}

/// How long ago that was, in periods or not: unsigned, for `due` may be the beginning of time.
std::chrono::duration<std::uint64_t, Duration::period> since(Instant due, Instant now) noexcept {
  const auto ticks = [](Instant at) {
    return static_cast<std::uint64_t>(at.time_since_epoch().count());
  };
  return std::chrono::duration<std::uint64_t, Duration::period>(ticks(now) - ticks(due));
}

}  // namespace

Interval::Interval(std::optional<Instant> start, Duration period, MissedTicks missed)
    : period_(period), next_(start), missed_(missed) {
  if (period <= Duration::zero()) {
    throw std::invalid_argument("interval: a period must be longer than nothing");
  }
}

PollItem<Instant> Interval::poll_next(Context& cx) {
  pin_.enter();
  Reactor& reactor = Reactor::current();
  const Instant now = reactor.now();
  if (!next_) next_ = now;
  // At the end of time no clock comes as far as *next_: the timer says that it is there.
  if (now < *next_ && !(waiter_ && timer_.fired())) {
    cx.store(waiter_, "the next tick of an interval");
    reactor.arm(timer_, *next_, waiter_);
    return pending;
  }
  timer_.disarm();
  waiter_ = Waker();
  const Instant due = *next_;
  next_ = after(due, now);
  return PollItem<Instant>::ready(due);
}

Instant Interval::after(Instant due, Instant now) const noexcept {
  const bool missed = now > later(due, kPunctual);
  if (!missed || missed_ == MissedTicks::burst) return later(due, period_);
  if (missed_ == MissedTicks::delay) return later(now, period_);
  return later(now, period_ - since(due, now) % period_);
}

void Interval::reset() { reset_at(later(Reactor::current().now(), period_)); }

void Interval::reset_at(Instant next) {
  next_ = next;
  if (waiter_) Reactor::current().arm(timer_, next, waiter_);
}

}  // namespace book
