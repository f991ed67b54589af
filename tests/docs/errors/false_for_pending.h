// counter: false, for "not yet". It would be a Poll that is ready, with 0.
//
//     g++    true and false are no answer of a poll
//     clang  true and false are no answer of a poll
//     lines  4
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
    return false;
  }

 private:
  int target_;
  int count_ = 0;
};

}  // namespace book::simple
