// ThreadParker: a thread sleeps in park() until its waker is woken; a wake that comes first is
// kept.
#pragma once

#include <condition_variable>
#include <mutex>

#include "common/arc_wake.h"

namespace book::test {

class ThreadParker {
 public:
  Waker waker() const { return into_waker(state_); }

  void park() const {
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
