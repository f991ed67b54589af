// Three mistakes, each as small as it can be made. `01_simple_future --trap NAME` walks into one.
// None of them hangs here; in a program without such careful loops, the first two do.
#pragma once

#include <stdexcept>

#include "01_simple_future/poll_loop.h"
#include "01_simple_future/simple_future.h"

namespace book::simple {

/// Says pending and tells nobody when to ask again.
class [[nodiscard]] ForgottenWake {
 public:
  using Output = int;
  Poll<int> poll(Wake) { return pending; }
};

/// Pending once, and calls wake at once, from inside its poll. Nothing is wrong with it.
class [[nodiscard]] WakesItself {
 public:
  using Output = int;

  Poll<int> poll(Wake wake) {
    if (asked_before_) return 42;
    asked_before_ = true;
    wake();
    return pending;
  }

 private:
  bool asked_before_ = false;
};

/// run_sleeping with two lines in the wrong order.
template <SimpleFuture F>
OutputOf<F> run_sleeping_too_late(F future) {
  Reactor& reactor = Reactor::current();
  for (;;) {
    Poll<OutputOf<F>> answer = future.poll(detail::wake_this_thread);
    if (answer.is_ready()) return std::move(answer).value();
    const int seen = detail::wake_calls;  // too late: a wake during the poll is already in it
    while (detail::wake_calls == seen) {
      if (reactor.waiting().nothing()) throw std::logic_error("asleep forever: a wake was lost");
      reactor.wait();
    }
  }
}

}  // namespace book::simple
