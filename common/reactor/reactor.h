// The reactor: the one place of this book where a thread waits. It does three things:
//
//     a descriptor is ready     ->  wake the task that waits for it     (IoSource)
//     a deadline has passed     ->  wake the task that waits for it     (arm, disarm)
//     another thread has news   ->  end the wait                        (notify)
//
// Everything else, tasks above all, is the executor's (chapter 04). Not a singleton: tests make
// their own.
//
// **Thread safety**
//   Any thread may arm and disarm timers, notify, hold an OutsideWork, and ask now() and waiting().
//   poll_now() and wait() are for one thread at a time: the reactor's thread.
//
// **Invariants**
//   - No waker is cloned, fired or dropped while a lock is held: it may run anything, this too.
//   - What other threads share lies in the ReactorCore, counted. A source, a timer or an
//     OutsideWork that holds it may outlive the reactor.
//   - A thread that brings news (a notify, an earlier timer) writes it first, and interrupts the
//     wait second; the reactor's thread says how long it will wait under the timers' mutex, and
//     reads `notified` after the wait. So no news is slept over.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "common/arc.h"
#include "common/clock.h"
#include "common/reactor/timer.h"
#include "common/waker.h"

namespace book {

namespace detail {
struct ReactorCore;
class WakeRound;
}  // namespace detail

class Reactor {
 public:
  /// Throws std::system_error when the system has no descriptors left.
  explicit Reactor(TimeMode mode = TimeMode::real);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  /// Timers that are still armed are disarmed; tasks that wait for a descriptor are woken, and
  /// told by their next poll.
  ~Reactor();

  /// The reactor that the executor of this thread drives. Throws std::logic_error when there is
  /// none.
  static Reactor& current();
  static Reactor* current_or_null() noexcept;

  /// Makes a reactor the current one of this thread, until the end of the scope.
  class Scope {
   public:
    explicit Scope(Reactor& reactor) noexcept;
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope();

   private:
    Reactor* previous_;
  };

  Instant now() const noexcept;
  /// The time when epoll_wait last returned. Free to read; stale by at most one batch of polls. In
  /// virtual time it is now().
  Instant coarse_now() const noexcept;
  TimeMode time_mode() const noexcept;

  /// Wakes `waker` once `deadline` has passed: never early, and late by the tick (1 ms) that the
  /// deadline is rounded up to and the millisecond that the system's wait is. Arming an armed
  /// timer moves it; arming it again with the same deadline replaces its waker.
  void arm(Timer& timer, Instant deadline, const Waker& waker);
  /// After this the timer holds no waker, and may be destroyed (which disarms it too). Harmless
  /// when it is not armed. If another thread is firing it right now, that wake may still arrive.
  void disarm(Timer& timer) noexcept;

  /// What one look at the system brought.
  struct Turn {
    int io = 0;             ///< descriptors that became ready
    int timers = 0;         ///< deadlines that had passed
    bool notified = false;  ///< a thread has called notify()
  };

  /// Wakes whatever is ready now, without waiting.
  /// When a waker throws, the others are woken all the same; then the first exception comes out.
  Turn poll_now();
  /// The same, but first waits until there is something: a ready descriptor, a deadline, a
  /// notify(). In virtual time a wait that would block jumps to the next deadline instead, unless
  /// an OutsideWork is alive.
  Turn wait();
  /// The same, for `limit` at most (in whole milliseconds, at least one). May come back with
  /// nothing.
  Turn wait_for(Duration limit);
  /// Ends a wait() that is under way, or the next one. From any thread.
  void notify() noexcept;

  /// Says that a thread outside will wake us: virtual time does not jump while one is alive, and
  /// an executor does not call its silence a deadlock.
  /// The end of the last one ends a wait(). May outlive the reactor.
  class OutsideWork {
   public:
    explicit OutsideWork(Reactor& reactor) noexcept;
    /// One more, of the same reactor: work that other work has begun.
    OutsideWork(const OutsideWork& other) noexcept;
    OutsideWork(OutsideWork&& other) noexcept;
    OutsideWork& operator=(OutsideWork&&) = delete;
    ~OutsideWork();

   private:
    Arc<detail::ReactorCore> core_;
  };

  /// What could end a wait(), apart from notify().
  struct Waiting {
    std::size_t timers = 0;
    std::size_t io = 0;  ///< wakers that wait for a descriptor
    std::size_t outside = 0;
    bool nothing() const noexcept { return timers == 0 && io == 0 && outside == 0; }
  };
  Waiting waiting() const noexcept;

 private:
  friend class IoSource;
  using Tick = std::uint64_t;  ///< of the timer wheel: a millisecond

  Tick tick_at_or_after(Instant time) const noexcept;
  Tick tick_now() const noexcept;
  Instant instant_of(Tick tick) const noexcept;

  Turn turn(bool may_wait, std::int64_t most_ms = -1);
  /// How to wait: for so long (negative: until something comes), and whether virtual time jumps
  /// when nothing came.
  struct Plan {
    std::int64_t timeout_ms;
    bool jump = false;
  };
  Plan plan_wait();
  int fire_timers(detail::WakeRound& round);

  Arc<detail::ReactorCore> core_;
  Clock clock_;
  Instant origin_;  ///< tick 0
  std::atomic<Instant> looked_at_;
};

}  // namespace book
