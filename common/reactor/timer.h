// Timer: one deadline and the waker to fire then, as a node that links itself into the wheel of a
// reactor (timer_wheel.h). Arming allocates nothing.
//
// **Thread safety**
//   A timer has one user, on one thread at a time, who arms, disarms and destroys it, on any
//   thread. The reactor's thread may fire it meanwhile; the two meet under the mutex of the
//   reactor's core. fired() and armed() are for any thread.
//
// **Invariants**
//   - Link, tick_, waker_ and slot_ belong to the mutex while the timer is armed, and to its user
//     while it is not.
//   - state_ is written under the mutex only. `fired` is the last thing that the reactor's thread
//     writes here: the user who reads it may destroy the timer at once.
//   - core_ is the user's alone. It is one owner of the core, as an IoSource is: so a timer that
//     outlives its reactor still finds the mutex. It keeps that reactor's two descriptors open
//     until it is armed at another one, or destroyed. (The reactor's end cannot close them: another
//     thread may be in the middle of an interrupt(), and would write to whatever descriptor has
//     their numbers next. Nor can it let go of the core for the timer, whose user may be reading
//     core_ just now.)
// Chapter 04 explains it.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "common/link.h"
#include "common/waker.h"

namespace book {

namespace detail {
struct ReactorCore;
}

/// Armed by Reactor::arm. Stays where it is while it is armed; destroying it disarms it.
class Timer : private Link {
 public:
  Timer() = default;
  /// A new timer. Throws std::logic_error when `other` was ever armed: a reactor may point to it.
  Timer(Timer&& other) {
    if (other.state_.load(std::memory_order_relaxed) != State::idle) {
      throw std::logic_error("a timer was moved after it had been armed");
    }
  }
  Timer& operator=(Timer&&) = delete;
  ~Timer() {
    if (core_) leave_core();
  }

  /// The deadline of the last arm() has passed. Needs no look at the clock; from any thread.
  bool fired() const noexcept { return state_.load(std::memory_order_acquire) == State::fired; }
  bool armed() const noexcept { return state_.load(std::memory_order_acquire) == State::armed; }

  /// What Reactor::disarm does, for a user who does not know the reactor.
  void disarm() noexcept {
    if (armed()) disarm_armed();
  }

 private:
  friend class TimerWheel;
  friend class Reactor;

  // idle -> armed: arm().  armed -> idle: disarm(), or the reactor's end.  armed -> fired: the
  // reactor's thread.
  enum class State : unsigned char { idle, armed, fired };

  void disarm_armed() noexcept;
  void join_core(detail::ReactorCore& core) noexcept;
  void leave_core() noexcept;

  std::uint64_t tick_ = 0;
  Waker waker_;
  detail::ReactorCore* core_ = nullptr;
  std::uint16_t slot_ = 0;
  std::atomic<State> state_{State::idle};
};

}  // namespace book
