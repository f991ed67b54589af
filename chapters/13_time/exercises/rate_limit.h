// Exercise 2: a rate limit.
//
// A server allows you so many requests, and no more. The usual rule is a bucket of tokens: a
// request takes one, and the bucket gets a new one every `period`, until it is full.
//
//     Bucket bucket(3, 100ms);          // three places, and full
//     co_await bucket.take();           // at once, three times; then one every 100 ms
//
//     ms         0    100   200   300   ...   1000
//     tokens     3    1     1     1           3 (not 7: it is full)
//     takes      ###  #     #     #           ###
//
// Several tasks may wait in take(). One that is dropped there has taken nothing.
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
    // TODO: this takes tokens that are not there. How many have come since you last looked? When
    // does the next one come?
    --tokens_;
    co_return;
  }

 private:
  int capacity_;
  int tokens_;
  Duration period_;
  Instant filled_;  ///< up to here, the tokens that came are counted
};

}  // namespace book::exercise
