// A wrong answer: it waits, and does not tell its PinGuard.
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
    pin_.enter();
    if (count_ >= target_) return target_;
    ++count_;
    wake();  // there is more to do, and nobody else who could say so
    return pending;
  }

 private:
  int target_;
  int count_ = 0;
};

}  // namespace book::simple
