#include "13_time/interval.h"

#include <chrono>
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
  if (now < *next_) {
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
  return later(now, period_ - (now - due) % period_);
}

void Interval::reset() { reset_at(later(Reactor::current().now(), period_)); }

void Interval::reset_at(Instant next) {
  next_ = next;
  if (waiter_) Reactor::current().arm(timer_, next, waiter_);
}

}  // namespace book
