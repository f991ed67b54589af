// ThreadParker: a thread sleeps in park() until its waker is woken; a wake that comes first is
// kept. finish(future): polls it on this thread until it is ready.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include "common/arc_wake.h"
#include "common/future.h"

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

/// Polls on this thread until it is ready; gives up, when told, the first time it is pending.
template <class F>
std::optional<Poll<OutputOf<F>>> finish(F& future, bool gives_up = false) {
  const ThreadParker parker;
  const Waker waker = parker.waker();
  Context cx(waker);
  for (;;) {
    Poll<OutputOf<F>> poll = future.poll(cx);
    if (poll.is_ready()) return poll;
    if (gives_up) return std::nullopt;
    parker.park();
  }
}

}  // namespace book::test
