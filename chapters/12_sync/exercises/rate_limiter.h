// Exercise 2: so many at once, so many a second: tokens in a bucket.
//
//     refills() --- one token every `period` ---> [ o o o _ _ ] --- take(2) ---> o o
//                                                  `burst` of them fit in
//
//   - In the beginning the bucket is full. One that is full takes no more: what comes then is lost.
//   - take(n) waits until it has n tokens. They are spent: only refills() brings new ones.
//   - Who came first is served first, also when it wants many and those behind it want few.
//   - One that is dropped while it waits has taken nothing.
//   - There are never more than `burst` tokens at once, so a take() of more than that would wait
//     forever: it throws std::invalid_argument.
//   - refills() is a task of its own, which never ends: the task that spawned it aborts it. While
//     it sleeps it holds no lock: a take() that finds enough tokens goes on at once.
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
    // TODO: this one lets everybody through.
    (void)count;
    co_return;
  }

  Async<> refills() {
    // TODO: a token every period.
    co_return;
  }

 private:
  std::size_t burst_;
  Duration period_;
  Semaphore tokens_;
};

}  // namespace book::exercise
