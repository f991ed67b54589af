// Exercise 2, solved: the second future is made from what the first one gave.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

/// Runs `first` to its end, calls make(its value), which gives the second future, and runs that.
/// Gives the value of the second.
template <SimpleFuture First, class Make>
class [[nodiscard]] Then : PinnedOncePolled {
 public:
  using Second = std::invoke_result_t<Make&, OutputOf<First>>;
  using Output = OutputOf<Second>;

  Then(First first, Make make) : first_(std::move(first)), make_(std::move(make)) {}

  Poll<Output> poll(Wake wake) {
    pin_.enter();
    if (first_) {
      Poll<OutputOf<First>> answer = first_->poll(wake);
      if (answer.is_pending()) return pin_.pending();
      first_.reset();
      second_.emplace(make_(std::move(answer).value()));
    }
    // In the same poll: nobody has our wake function until the second was asked.
    Poll<Output> answer = second_->poll(wake);
    if (answer.is_pending()) return pin_.pending();
    return answer;
  }

 private:
  std::optional<First> first_;
  Make make_;
  std::optional<Second> second_;
};

}  // namespace book::simple
