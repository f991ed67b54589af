// Exercise 1: a future that counts. It waits for nobody, and still takes turns.
//
//     poll 1  ->  pending   (counted to 1)
//     poll 2  ->  pending   (counted to 2)
//     poll 3  ->  pending   (counted to 3, the target)
//     poll 4  ->  ready(3)
//
// Run its test with: make exercise CHAPTER=01
#pragma once

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Counts to `target`, one step a poll, and then gives `target`.
class [[nodiscard]] Counter : PinnedOncePolled {
 public:
  using Output = int;

  explicit Counter(int target) : target_(target) {}

  Poll<int> poll(Wake wake) {
    pin_.enter();  // refuses to be polled after the end

    // TODO: one step of counting, or the end of it.
    //   - Not at target_ yet? Count one step, and be pending.
    //   - There? Be ready, with target_.
    // And the promise that pending makes: who will say that asking again is worth it? Nobody is on
    // the way with news, so it can only be you.
    (void)wake;
    return pin_.pending();
  }

 private:
  [[maybe_unused]] int target_;
  [[maybe_unused]] int count_ = 0;
};

}  // namespace book::simple
