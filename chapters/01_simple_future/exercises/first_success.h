// Exercise 3: two ways to the same thing, and the first that works out wins.
//
//     each side gives an optional:   ready(value)         it worked
//                                    ready(std::nullopt)  it failed
//
// Run its test with: make exercise CHAPTER=01
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

    // TODO: ask each side that is still running, a_ first.
    //   - It gives a value: that is the answer. Let go of both sides before you return it.
    //   - It gives std::nullopt: let go of this side only, and never ask it again.
    //   - It is pending: go on to the other side.
    // Is any side left? Then pending. None? Then this has failed: return Output(std::nullopt).
    (void)wake;
    return pin_.pending();
  }

 private:
  std::optional<A> a_;
  std::optional<B> b_;
};

}  // namespace book::simple
