// LoneTask: the least that can run a future. No queue, no spawning: one thread that polls one
// future, and waits in the reactor until its waker is called. The executors of chapters 03 and 04
// do this for many.
//
//     run_until_ready(f):   poll ----- pending ----> wait in the reactor
//                            ^                              |
//                            +------ the waker was called --+
#pragma once

#include <stdexcept>
#include <utility>

#include "common/arc.h"
#include "common/future.h"
#include "common/reactor.h"

namespace book {

/// A future is pending, and nobody holds a waker of its task: waiting would be for ever.
struct NobodyWakes : std::logic_error {
  using std::logic_error::logic_error;
};

class LoneTask {
 public:
  explicit LoneTask(Reactor& reactor);
  LoneTask(const LoneTask&) = delete;
  LoneTask& operator=(const LoneTask&) = delete;
  /// Wakers that are left somewhere do nothing from here on.
  ~LoneTask();

  template <Future F>
  Poll<OutputOf<F>> poll_once(F& future) {
    Context cx(waker_);
    return future.poll(cx);
  }

  /// Polls `future` whenever it is woken, until it is ready.
  template <Future F>
  OutputOf<F> run_until_ready(F&& future) {
    for (;;) {
      Poll<OutputOf<F>> result = poll_once(future);
      if (result.is_ready()) return std::move(result).value();
      wait_for_wake();
    }
  }

  /// Waits in the reactor until this task has been woken since the last wait. Throws NobodyWakes
  /// instead of waiting for a wake that can not come; it looks before it waits, not while it does.
  void wait_for_wake();

  /// How many times this task was woken.
  int wakes() const;

 private:
  class Bell;

  Reactor& reactor_;
  Arc<Bell> bell_;
  Waker waker_;  // rings it
};

}  // namespace book
