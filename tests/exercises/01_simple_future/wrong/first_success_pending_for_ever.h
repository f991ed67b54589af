// A wrong answer: pending when both sides have failed.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Runs both at once. The first value wins, and the loser is dropped on the spot. A side that fails
/// leaves it to the other; when both have failed, so has this.
template <SimpleFuture A, SimpleFuture B>
requires std::same_as<OutputOf<A>, OutputOf<B>>
class [[nodiscard]] FirstSuccess : PinnedOncePolled {
 public:
  using Output = OutputOf<A>;  // some std::optional<T>

  FirstSuccess(A a, B b) : a_(std::move(a)), b_(std::move(b)) {}

  Poll<Output> poll(Wake wake) {
    pin_.enter();
    Output value = ask(a_, wake);
    if (!value) value = ask(b_, wake);  // a won? Then b is not asked: it would lose what it read
    if (value) {
      a_.reset();
      b_.reset();
      return value;
    }
    return pin_.pending();
  }

 private:
  /// The value of one side, if it has one by now. A side that failed is gone afterwards.
  template <class Side>
  static Output ask(std::optional<Side>& side, Wake wake) {
    if (!side) return std::nullopt;
    Poll<Output> answer = side->poll(wake);
    if (answer.is_pending()) return std::nullopt;
    if (!answer.value()) side.reset();
    return std::move(answer).value();
  }

  std::optional<A> a_;
  std::optional<B> b_;
};

}  // namespace book::simple
