// Exercise 2: a rate limit. One answer.
#pragma once

#include <algorithm>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/reactor/reactor.h"

namespace book::exercise {

class Bucket {
 public:
  /// Full at first. Made inside a task: it looks at the clock.
  Bucket(int capacity, Duration period)
      : capacity_(capacity),
        tokens_(capacity),
        period_(period),
        filled_(Reactor::current().now()) {}

  /// Waits until there is a token, and takes it.
  Async<> take() {
    for (;;) {
      refill();
      if (tokens_ > 0) break;
      // Not until filled_ + period_: of a very long period that is beyond the end of time.
      co_await sleep(period_ - (Reactor::current().now() - filled_));
      // Another task may have been quicker: look again.
    }
    --tokens_;
  }

 private:
  /// No timer fills the bucket: whoever needs it counts what has come meanwhile.
  void refill() {
    const Duration passed = Reactor::current().now() - filled_;
    const auto came = passed / period_;
    filled_ += came * period_;  // not to now: what is left of `passed` is part of the next token
    tokens_ = static_cast<int>(std::min<long>(capacity_, tokens_ + came));
  }

  int capacity_;
  int tokens_;
  Duration period_;
  Instant filled_;  ///< up to here, the tokens that came are counted
};

}  // namespace book::exercise
