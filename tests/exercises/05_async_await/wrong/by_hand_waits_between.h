// Wrong: returns pending after a, before b has learned the waker. Nobody will wake it.
#pragma once

#include <optional>
#include <utility>

#include "common/future.h"

namespace book::exercise {

template <Future A, Future B>
class Difference : PinnedOncePolled {
 public:
  using Output = int;

  Difference(A a, B b) : a_(std::move(a)), b_(std::move(b)) {}

  Poll<int> poll(Context& cx) {
    pin_.enter();
    if (!first_) {
      Poll<int> first = a_.poll(cx);
      if (first.is_ready()) first_ = first.value();
      return pin_.pending();
    }
    Poll<int> second = b_.poll(cx);
    if (second.is_pending()) return pin_.pending();
    return *first_ - second.value();
  }

 private:
  A a_;
  B b_;
  std::optional<int> first_;
};

}  // namespace book::exercise
