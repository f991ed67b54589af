// The reactor: the one place of this book where anybody waits. It does three things:
//
//     a descriptor is ready     ->  wake whoever waits for it     (IoSource)
//     a deadline has passed     ->  wake whoever waits for it     (arm, disarm)
//     another thread has news   ->  end the wait                  (notify)
//
// Everything else, tasks above all, is the executor's (chapter 04). Safe from any thread, but
// poll_now() and wait() are for one thread at a time. Not a singleton: tests make their own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "common/arc.h"
#include "common/clock.h"
#include "common/reactor/timer_wheel.h"
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
  /// The time of the last look at the system, for what may be late by as long as tasks have run
  /// since, and is asked at every request. In virtual time it is now().
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
    bool notified = false;  ///< somebody called notify()
  };

  /// Wakes whatever is ready now, without waiting.
  /// When a waker throws, the others are woken all the same; then the first exception comes out.
  Turn poll_now();
  /// The same, but first waits until there is something: a ready descriptor, a deadline, a
  /// notify(). In virtual time a wait that would block jumps to the next deadline instead, unless
  /// an OutsideWork is alive.
  Turn wait();
  /// Ends a wait() that is under way, or the next one. From any thread.
  void notify() noexcept;

  /// Says that a thread outside will wake us: virtual time does not jump while one is alive, and
  /// an executor does not call its silence a deadlock.
  /// The end of the last one ends a wait(). May outlive the reactor.
  class OutsideWork {
   public:
    explicit OutsideWork(Reactor& reactor) noexcept;
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
  friend class Timer;
  using Tick = TimerWheel::Tick;

  Tick tick_at_or_after(Instant time) const noexcept;
  Tick tick_now() const noexcept;
  Instant instant_of(Tick tick) const noexcept;

  void remove(Timer& timer) noexcept;

  Turn turn(bool may_wait);
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

  std::mutex timers_mutex_;  ///< guards the wheel, the armed timers' insides, and waits_until_
  TimerWheel timers_;
  Tick waits_until_ = 0;  ///< when the wait that is under way ends by itself; 0: there is none
  std::atomic<std::size_t> armed_{0};  ///< timers_.size(), for looking without the lock
};

}  // namespace book
