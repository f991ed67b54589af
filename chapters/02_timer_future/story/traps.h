// Two futures that are wrong, each in one line. main.cpp runs them, the README explains
// them. Not for use.
#pragma once

#include <atomic>
#include <functional>

#include "common/future.h"
#include "common/reactor/reactor.h"

namespace book {

/// sleep.h, but it thinks that its work is done with the first poll: it keeps that waker for good.
/// As long as one and the same task polls it, nobody notices.
class [[nodiscard]] StaleTimer : PinnedOncePolled {
 public:
  using Output = void;

  explicit StaleTimer(Duration wait) : deadline_(Reactor::current().now() + wait) {}

  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (timer_.fired()) return Poll<void>::ready();
    if (first) Reactor::current().arm(timer_, deadline_, cx.waker());  // the mistake: `if (first)`
    cx.waits_for("a timer");
    return pin_.pending();
  }

 private:
  Instant deadline_;
  Timer timer_;
};

/// A flag to wait for. Its poll looks and then stores, without a lock and without a second look.
struct HastyFlag {
  std::atomic<bool> up{false};
  Waker waker;
  /// What the rest of the world does between the look and the store: here it can be planned.
  std::function<void()> meanwhile = [] {};

  void raise() {
    up = true;
    std::move(waker).wake();
  }

  class [[nodiscard]] Wait : PinnedOncePolled {
   public:
    using Output = void;

    explicit Wait(HastyFlag& flag) : flag_(&flag) {}

    Poll<void> poll(Context& cx) {
      pin_.enter();
      if (flag_->up) return Poll<void>::ready();
      flag_->meanwhile();
      cx.store(flag_->waker, "a flag");
      return pin_.pending();  // the mistake: not to look once more
    }

   private:
    HastyFlag* flag_;
  };
};

}  // namespace book
