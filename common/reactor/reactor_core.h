// ReactorCore: the part of a reactor that others may hold on to after its end, by reference count:
// the sources that were bound to it, the timers that were armed at it, and the threads that still
// want to notify it. Private to reactor.cpp, timer.cpp and io_source.cpp.
#pragma once

#include <atomic>
#include <cstddef>

#include "common/arc.h"
#include "common/reactor/io_table.h"
#include "common/reactor/poller.h"
#include "common/reactor/timer_wheel.h"
#include "common/solo_atomic.h"
#include "common/thread_lock.h"

namespace book::detail {

// SoloAtomic, and a ThreadLock, which is made of one: each timer that is armed counts, and is armed
// and disarmed under the lock (peer_bench timer_cancel).
struct ReactorCore : RefCounted<ReactorCore, SoloAtomic> {
  Poller poller;
  IoTable table;
  std::atomic<bool> alive{true};
  std::atomic<bool> notified{false};
  std::atomic<std::size_t> outside_work{0};

  /// Guards the wheel, the insides of the timers that are armed, and waits_until.
  ThreadLock timers_mutex;
  TimerWheel timers;
  /// When the wait that is under way ends by itself; 0: there is none.
  TimerWheel::Tick waits_until = 0;
  /// timers.size(), for looking without the mutex.
  std::atomic<std::size_t> armed{0};

  /// After each change of the wheel, under the mutex.
  void count_timers() noexcept { armed.store(timers.size(), std::memory_order_relaxed); }

  void notify() noexcept {
    // The thread that finds the flag set may leave the writing to the one that set it.
    if (!notified.exchange(true, std::memory_order_acq_rel)) poller.interrupt();
  }
};

}  // namespace book::detail
