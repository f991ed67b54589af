// A wrong answer: pending, and nobody will ask again.
#pragma once

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Counts to `target`, one step a poll, and then gives `target`.
class [[nodiscard]] Counter : PinnedOncePolled {
 public:
  using Output = int;

  explicit Counter(int target) : target_(target) {}

  Poll<int> poll(Wake) {
    pin_.enter();
    if (count_ >= target_) return target_;
    ++count_;
    return pin_.pending();
  }

 private:
  int target_;
  int count_ = 0;
};

}  // namespace book::simple
