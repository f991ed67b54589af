// Exercise 2, solved: so many at once, so many a second: tokens in a bucket.
//
//     refills() --- one token every `period` ---> [ o o o _ _ ] --- take(2) ---> o o
//                                                  `burst` of them fit in
//
// A token is a permit that is never given back. The Semaphore does the rest: who came first is
// served first, and one that goes while it waits leaves its tokens to the next.
#pragma once

#include <cstddef>
#include <stdexcept>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "12_sync/semaphore.h"

namespace book::exercise {

class RateLimiter {
 public:
  RateLimiter(std::size_t burst, Duration period)
      : burst_(burst), period_(period), tokens_(burst, Semaphore::kMaxPermits) {}

  Async<> take(std::size_t count = 1) {
    if (count > burst_) throw std::invalid_argument("more tokens than the bucket holds");
    Permit tokens = co_await tokens_.acquire(count);
    tokens.forget();  // spent: refills() brings new ones
  }

  Async<> refills() {
    for (;;) {
      co_await sleep(period_);
      if (tokens_.available() < burst_) tokens_.add(1);
    }
  }

 private:
  std::size_t burst_;
  Duration period_;
  Semaphore tokens_;
};

}  // namespace book::exercise
