// Wrong: reserves a token that has not come, and keeps it when it is dropped.
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
    refill();
    --tokens_;
    if (tokens_ < 0) co_await sleep_until(filled_ + -tokens_ * period_);
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
