// The reactor: the one place of this book where anybody waits. It does three things:
//
//     a descriptor is ready     ->  wake whoever waits for it     (IoSource)
//     a deadline has passed     ->  wake whoever waits for it     (arm, disarm)
//     another thread has news   ->  end the wait                  (notify)
//
// Everything else, tasks above all, is the executor's (chapter 04). Safe from any thread, but
// poll_now() and wait() are for one thread at a time. Not a singleton: tests make their own.
#pragma once

#include <cstddef>
#include <memory>

#include "common/clock.h"
#include "common/poll.h"
#include "common/timer_wheel.h"
#include "common/waker.h"

namespace book {

class Reactor {
 public:
  explicit Reactor(TimeMode mode = TimeMode::real);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  ~Reactor();

  /// The reactor that the executor of this thread drives. Throws std::logic_error when there is none.
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
  TimeMode time_mode() const noexcept;

  /// Wakes `waker` once `deadline` has passed: never early, at most a tick (1 ms) late. Arming an
  /// armed timer moves it. The timer must be disarmed, or have fired, before it is destroyed.
  void arm(Timer& timer, Instant deadline, const Waker& waker);
  /// After this the timer's waker is gone and will not be fired. Harmless when it is not armed.
  void disarm(Timer& timer) noexcept;

  /// What one look at the system brought.
  struct Turn {
    int io = 0;             ///< descriptors that became ready
    int timers = 0;         ///< deadlines that had passed
    bool notified = false;  ///< somebody called notify()
  };

  /// Wakes whatever is ready now, without waiting.
  Turn poll_now();
  /// The same, but first waits until there is something: a ready descriptor, a deadline, a notify().
  /// In virtual time a wait that would block jumps to the next deadline instead, unless an
  /// OutsideWork is alive.
  Turn wait();
  /// Ends a wait() that is under way, or the next one. From any thread.
  void notify() noexcept;

  /// Says that a thread outside will wake us: virtual time does not jump while one is alive, and
  /// an executor does not call its silence a deadlock.
  class OutsideWork {
   public:
    explicit OutsideWork(Reactor& reactor) noexcept;
    OutsideWork(OutsideWork&& other) noexcept;
    OutsideWork& operator=(OutsideWork&&) = delete;
    ~OutsideWork();

   private:
    Reactor* reactor_;
  };

  /// What could end a wait(), apart from notify().
  struct Waiting {
    std::size_t timers = 0;
    bool io = false;        ///< somebody waits for a descriptor
    std::size_t outside = 0;
    bool nothing() const noexcept { return timers == 0 && !io && outside == 0; }
  };
  Waiting waiting() const noexcept;

 private:
  friend class IoSource;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace book
