// TimerFuture: the timer of the Rust book. A thread sleeps, then wakes the task that waits.
//
//     TimerFuture ------ Arc ----+
//                                v
//                   SharedState { mutex, completed, waker }
//                                ^
//     thread ----------- Arc ----+     sleep; completed = true; wake
//
// Small and correct, and it breaks the contract of a future (common/future.h) in two points, on
// purpose: its thread starts when it is made, not at the first poll (1), and destroying it does not
// stop the thread (5), which is detached. sleep.h does the same without a thread.
#pragma once

#include <mutex>

#include "common/arc.h"
#include "common/clock.h"
#include "common/future.h"

namespace book {

/// Ready once `wait` has passed, counted from its making.
class [[nodiscard]] TimerFuture : PinnedOncePolled {
 public:
  using Output = void;

  /// Starts the thread. Throws std::system_error when the system has none left to give.
  explicit TimerFuture(Duration wait);
  TimerFuture(TimerFuture&&) = default;
  /// The thread will no longer wake a task. It sleeps on, ends when its time has come, and only
  /// then gives its memory back.
  ~TimerFuture();

  Poll<void> poll(Context& cx);

 private:
  /// What the future and its thread have in common: the last owner deletes it.
  struct SharedState : RefCounted<SharedState> {
    std::mutex mutex;
    bool completed = false;  // guarded by mutex
    Waker waker;             // guarded by mutex; of the task that polled last
  };

  static void sleep_then_wake(const Arc<SharedState>& state, Duration wait);

  Arc<SharedState> state_;
};

}  // namespace book
