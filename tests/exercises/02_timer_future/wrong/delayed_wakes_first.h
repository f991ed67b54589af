// A wrong answer: wakes the task, and only then sets the value.
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

    Waker old;  // dropped after the lock is free
    std::scoped_lock lock(state_->mutex);
    if (state_->value) return Poll<T>::ready(*std::move(state_->value));
    if (!state_->waker.will_wake(cx.waker())) old = std::exchange(state_->waker, cx.waker());
    cx.waits_for("a thread's work");
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
    Waker waker;
    {
      std::scoped_lock lock(state.mutex);
      waker = std::move(state.waker);
    }
    std::move(waker).wake();
    std::scoped_lock lock(state.mutex);
    state.value.emplace(std::move(value));
  }

  Arc<State> state_;  // from the first poll on
  std::function<T()> work_;
};

}  // namespace book
