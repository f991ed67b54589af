// Exercise 1: be the compiler.
//
// This coroutine reads two numbers, one after the other, and gives their difference:
//
//     template <Future A, Future B>
//     Async<int> difference(A a, B b) {
//       int first = co_await a;
//       int second = co_await b;
//       co_return first - second;
//     }
//
// Write it without a coroutine: a class with a poll of its own. Four rules, and the tests ask for
// each of them:
//   - b is not polled before a has finished (that is what `one after the other` means),
//   - a is not polled again once it has finished,
//   - nothing is polled before the Difference itself is,
//   - each poll goes as far as the coroutine would: up to the next future that is pending.
// Run its test with: make exercise CHAPTER=05
#pragma once

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
    // TODO: where do you stand? Poll a until it is ready, keep its value, go on with b.
    (void)cx;
    return pin_.pending();
  }

 private:
  A a_;
  B b_;
  // TODO: what has to be remembered from one poll to the next?
};

}  // namespace book::exercise
