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
#include "common/borrowed_waker.h"
#include "common/future.h"
#include "common/reactor/reactor.h"
#include "common/trace.h"

namespace book {

/// A future is pending, and no copy of its task's waker is left: the wait would last forever.
struct NobodyWakes : std::logic_error {
  using std::logic_error::logic_error;
};

class LoneTask {
 public:
  explicit LoneTask(Reactor& reactor, const char* file = __builtin_FILE(),
                    int line = __builtin_LINE());
  LoneTask(const LoneTask&) = delete;
  LoneTask& operator=(const LoneTask&) = delete;
  /// Wakers that are left somewhere do nothing from here on.
  ~LoneTask();

  /// Polls `future` whenever it is woken, until it is ready.
  template <Future F>
  OutputOf<F> run_until_ready(F&& future) {
    for (;;) {
      Poll<OutputOf<F>> result = poll_once(future);
      if (result.is_ready()) return std::move(result).value();
      wait_for_wake();
    }
  }

  template <Future F>
  Poll<OutputOf<F>> poll_once(F& future) {
    const Traced poll(bell_.get());
    Context cx(waker_.get());
    Poll<OutputOf<F>> result = future.poll(cx);
    poll.ended(result.is_ready());
    return result;
  }

  /// Waits in the reactor until this task has been woken since the last wait. Throws NobodyWakes
  /// instead of waiting for a wake that cannot come; it looks before it waits, not while it does.
  void wait_for_wake();

  /// How many times this task was woken.
  int wakes() const;

 private:
  class Bell;

  /// A poll, as the trace sees it.
  class Traced {
   public:
    explicit Traced(const void* task) noexcept : task_(trace::enabled() ? task : nullptr) {
      if (task_) trace::poll_begin(task_);
    }
    Traced(const Traced&) = delete;
    Traced& operator=(const Traced&) = delete;
    ~Traced() {
      if (task_) trace::poll_end(task_, outcome_);
    }
    void ended(bool ready) const noexcept {
      outcome_ = ready ? trace::Outcome::ready : trace::Outcome::pending;
    }

   private:
    const void* task_;
    mutable trace::Outcome outcome_ = trace::Outcome::threw;
  };

  Reactor& reactor_;
  Arc<Bell> bell_;
  BorrowedWaker waker_;  // rings it; lent to every poll
};

}  // namespace book
