// sleep(d), sleep_until(t): the timer that the rest of the book uses. It is TimerFuture without the
// thread: the reactor, which waits anyway, also watches the clock.
//
//     sleep(2s)        first poll                  two seconds later        next poll
//     the deadline --> the timer goes into the --> the reactor fires    --> `fired`: ready
//     is fixed         reactor's wheel             the waker
//
// No thread, no allocation, and no look at the clock while it waits.
#pragma once

#include <utility>

#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book {

/// What sleep and sleep_until give: a future that is ready once its deadline has passed, never
/// early and at most a tick of the reactor (1 ms) late. Destroying it disarms the timer.
class [[nodiscard]] Sleep {
 public:
  using Output = void;

  /// Binds to the reactor that is current at the first poll, and throws std::logic_error when there
  /// is none. In time that has passed already, ready at once.
  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (!first && timer_.fired()) return Poll<void>::ready();
    Reactor& reactor = Reactor::current();
    if (first && has_passed(reactor)) return Poll<void>::ready();
    reactor.arm(timer_, deadline_, cx.waker());
    cx.waits_for("a timer");
    return pin_.pending();
  }

 private:
  friend struct SleepFn;
  friend struct SleepUntilFn;

  // How much the constructor could know of the deadline.
  enum class Deadline : unsigned char {
    ahead,     // a reactor's clock said so: the time of its last look is enough to ask
    anywhere,  // perhaps passed: look at the clock once
    relative,  // no reactor was there to ask: deadline_ counts from the first poll
  };

  Sleep(Instant deadline, Deadline kind) noexcept : deadline_(deadline), kind_(kind) {}

  static Instant later(Instant now, Duration wait) noexcept {
    return wait > Instant::max() - now ? Instant::max() : now + wait;
  }

  bool has_passed(const Reactor& reactor) noexcept {
    if (kind_ == Deadline::ahead) return deadline_ <= reactor.coarse_now();
    const Instant now = reactor.now();
    if (kind_ == Deadline::relative) deadline_ = later(now, deadline_.time_since_epoch());
    return deadline_ <= now;
  }

  Instant deadline_;
  [[no_unique_address]] Timer timer_;
  Deadline kind_;
  PinGuard pin_;  // a member, not the base: it lies in the last bytes of the timer
};

struct SleepFn {
  /// Ready when `wait` has passed, counted from now. (Made where no reactor is current, as in
  /// `block_on(sleep(1s))`, it counts from the first poll.) A negative wait is none.
  Sleep operator()(Duration wait) const noexcept {
    const Reactor* reactor = Reactor::current_or_null();
    if (!reactor) return {Instant(wait), Sleep::Deadline::relative};
    if (wait <= Duration::zero()) return {Instant::min(), Sleep::Deadline::anywhere};
    return {Sleep::later(reactor->now(), wait), Sleep::Deadline::ahead};
  }
};

struct SleepUntilFn {
  /// Ready when the reactor's clock says `deadline`, or later.
  Sleep operator()(Instant deadline) const noexcept {
    return {deadline, Sleep::Deadline::anywhere};
  }
};

// Function objects: common/stream.h says why.
inline constexpr SleepFn sleep{};
inline constexpr SleepUntilFn sleep_until{};

}  // namespace book
