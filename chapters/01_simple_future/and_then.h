// AndThen: one future, and when it is done, the next.
//
//     [ first ] --ready--> [ second ] --ready--> finished
//      |     ^              |      ^
//      +pending             +pending
//
// Chapter 01 explains it; 05_async_await has `then`, and co_await, which makes it superfluous.
#pragma once

#include <optional>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Runs `first` to its end, then `second`, and gives the value of `second`. Both have to be there
/// from the start: to make the second from the value of the first is this chapter's exercise 2.
template <SimpleFuture First, SimpleFuture Second>
class [[nodiscard]] AndThen : PinnedOncePolled {
 public:
  using Output = OutputOf<Second>;

  AndThen(First first, Second second) : first_(std::move(first)), second_(std::move(second)) {}

  Poll<Output> poll(Wake wake) {
    pin_.enter();
    if (first_) {
      if (first_->poll(wake).is_pending()) return pin_.pending();
      first_.reset();  // done: never to be polled again
    }
    Poll<Output> answer = second_.poll(wake);  // in the same poll: second_ has no wake to call yet
    if (answer.is_pending()) return pin_.pending();
    return answer;
  }

 private:
  std::optional<First> first_;
  Second second_;
};

}  // namespace book::simple
