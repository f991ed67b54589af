// Wrong: polls both at once. That is join, of chapter 07; here the second must wait for the first.
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
    step(a_, first_, cx);
    step(b_, second_, cx);
    if (!first_ || !second_) return pin_.pending();
    return *first_ - *second_;
  }

 private:
  template <class F>
  static void step(F& future, std::optional<int>& value, Context& cx) {
    if (value) return;
    Poll<int> poll = future.poll(cx);
    if (poll.is_ready()) value = poll.value();
  }

  A a_;
  B b_;
  std::optional<int> first_;
  std::optional<int> second_;
};

}  // namespace book::exercise
