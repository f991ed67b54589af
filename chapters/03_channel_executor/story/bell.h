// Bell: something to wait for that is rung by hand, so that each step can be looked at.
#pragma once

#include <utility>

#include "common/future.h"

namespace book::channel_executor {

/// For one thread, and for one task that waits. The bell holds that task, through its waker, and
/// lets go of it in its destructor: a future that is left after that must not be touched.
class Bell {
 public:
  class [[nodiscard]] Ring;

  Bell() = default;
  Bell(const Bell&) = delete;
  /// Empties the slot first: dropping the waker may destroy the task, and its future looks in here.
  ~Bell() { Waker last = std::move(waker_); }

  /// A future that ends once the bell was rung.
  Ring wait();

  void ring() {
    rung_ = true;
    std::move(waker_).wake();
  }
  /// Wakes the task that waits, although nothing has happened.
  void wake_for_nothing() const { waker_.wake_by_ref(); }

 private:
  bool rung_ = false;
  Waker waker_;
};

class Bell::Ring : PinnedOncePolled {
 public:
  using Output = void;

  explicit Ring(Bell& bell) : bell_(bell) {}
  Ring(Ring&&) = default;
  ~Ring() {
    if (pin_.was_polled()) bell_.waker_ = Waker();
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (bell_.rung_) return Poll<void>::ready();
    cx.store(bell_.waker_, "the bell");
    return pin_.pending();
  }

 private:
  Bell& bell_;
};

inline Bell::Ring Bell::wait() { return Ring(*this); }

}  // namespace book::channel_executor
