// Exercise 1: join for three, by hand.
//
//     a  |-----|
//     b  |-------------|
//     c  |--------|
//     join3(a, b, c)   ^ (a's, b's, c's)
//
// Run its test with: make exercise CHAPTER=07
#pragma once

#include <optional>
#include <tuple>
#include <utility>

#include "common/future.h"

namespace book::exercise {

/// The values of three futures that it owns. None of them is a future of void. When one throws,
/// that exception is its own.
template <Future A, Future B, Future C>
class [[nodiscard]] Join3 : PinnedOncePolled {
 public:
  using Output = std::tuple<OutputOf<A>, OutputOf<B>, OutputOf<C>>;

  Join3(A a, B b, C c) : a_(std::move(a)), b_(std::move(b)), c_(std::move(c)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    // TODO: ask everybody who has not finished, and keep what they give in the optionals. A future
    // that has given its value must not be asked again. Are all three values there? Then:
    //     return Output(std::move(*a_value_), std::move(*b_value_), std::move(*c_value_));
    (void)cx;
    return pin_.pending();
  }

 private:
  A a_;
  B b_;
  C c_;
  std::optional<OutputOf<A>> a_value_;
  std::optional<OutputOf<B>> b_value_;
  std::optional<OutputOf<C>> c_value_;
};

template <Future A, Future B, Future C>
Join3<A, B, C> join3(A a, B b, C c) {
  return Join3<A, B, C>(std::move(a), std::move(b), std::move(c));
}

}  // namespace book::exercise
