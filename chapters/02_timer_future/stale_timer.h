// StaleTimer: sleep.h with one line gone, and therefore wrong. It arms its timer at the first poll
// and thinks that it is done: it keeps the waker of the FIRST poll for good. As long as one task
// polls it, nobody notices.
#pragma once

#include "common/future.h"
#include "common/reactor.h"

namespace book {

/// Do not use: main.cpp shows how it fails.
class [[nodiscard]] StaleTimer {
 public:
  using Output = void;

  explicit StaleTimer(Duration wait) : deadline_(Reactor::current().now() + wait) {}

  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (timer_.fired()) return Poll<void>::ready();
    if (first) {  // the mistake
      Reactor::current().arm(timer_, deadline_, cx.waker());
    }
    cx.waits_for("a timer");
    return pin_.pending();
  }

 private:
  Instant deadline_;
  Timer timer_;
  PinGuard pin_;
};

}  // namespace book
