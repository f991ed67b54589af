// Wakers for tests: one that counts, one that runs a function, one that wakes a thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "common/arc.h"
#include "common/arc_wake.h"
#include "common/waker.h"

namespace book::test {

/// Counts its wakes, and who holds its waker.
class WakeCounter {
 public:
  Waker waker() { return into_waker(state_); }
  int wakes() const { return state_->wakes.load(); }
  /// Wakers that are alive.
  std::size_t held() const { return state_->owners() - 1; }

 private:
  struct State : RefCounted<State> {
    std::atomic<int> wakes{0};
    static void wake_by_ref(const Arc<State>& self) { ++self->wakes; }
  };
  Arc<State> state_ = make_arc<State>();
};

/// Runs a function at every wake, on the thread that wakes.
class WakeHook {
 public:
  explicit WakeHook(std::function<void()> hook) : state_(make_arc<State>(std::move(hook))) {}
  Waker waker() { return into_waker(state_); }

 private:
  struct State : RefCounted<State> {
    explicit State(std::function<void()> function) : hook(std::move(function)) {}
    std::function<void()> hook;
    static void wake_by_ref(const Arc<State>& self) { self->hook(); }
  };
  Arc<State> state_;
};

/// A thread sleeps here until it is woken. A wake that comes first is kept.
class ThreadParker {
 public:
  Waker waker() { return into_waker(state_); }
  void park() {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->woken; });
    state_->woken = false;
  }

 private:
  struct State : RefCounted<State> {
    std::mutex mutex;
    std::condition_variable changed;
    bool woken = false;
    static void wake_by_ref(const Arc<State>& self) {
      std::scoped_lock lock(self->mutex);
      self->woken = true;
      self->changed.notify_one();
    }
  };
  Arc<State> state_ = make_arc<State>();
};

}  // namespace book::test
