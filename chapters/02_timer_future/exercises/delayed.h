// Exercise 2: DelayedFuture. A thread works, for as long as it takes; the future gives what the
// work has brought. Unlike TimerFuture it starts its thread at the first poll, not before.
//
//     DelayedFuture --- Arc ---+
//                              v
//                    State { mutex, value, waker }
//                              ^
//     thread ---------- Arc ---+      deliver(work())
//
// Run its test with: make exercise CHAPTER=02
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "common/arc.h"
#include "common/future.h"

namespace book {

/// Runs `work` on a thread of its own, from the first poll on. Ready with what it returns.
template <class T>
class [[nodiscard]] DelayedFuture : PinnedOncePolled {
 public:
  using Output = T;

  explicit DelayedFuture(std::function<T()> work) : work_(std::move(work)) {}
  DelayedFuture(DelayedFuture&&) = default;
  ~DelayedFuture() {  // nobody wants to be woken any more
    if (!state_) return;
    Waker old;
    std::scoped_lock lock(state_->mutex);
    old = std::move(state_->waker);
  }

  Poll<T> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (first) start();

    // TODO: under the lock of *state_:
    //   - The value is there? Be ready with it.
    //   - Not yet? See to it that whoever delivers it finds your waker. Which waker, when this is
    //     the second poll, and the first one was by another task?
    (void)cx;
    return pin_.pending();
  }

 private:
  struct State : RefCounted<State> {
    std::mutex mutex;
    std::optional<T> value;  // guarded by mutex
    Waker waker;             // guarded by mutex
  };

  void start() {
    state_ = make_arc<State>();
    std::thread([state = state_, work = std::move(work_)] { deliver(*state, work()); }).detach();
  }

  /// On the thread: hands the value over.
  static void deliver(State& state, T value) {
    // TODO: put the value where poll looks for it, and wake the task that waits. The task may poll
    // at once, on its own thread, while you are still inside wake(): what must be true by then?
    (void)state;
    (void)value;
  }

  Arc<State> state_;  // from the first poll on
  std::function<T()> work_;
};

}  // namespace book
