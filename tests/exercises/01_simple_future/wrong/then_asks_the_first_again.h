// A wrong answer: polls the first future again, though it has finished.
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
    Poll<OutputOf<First>> value = first_->poll(wake);
    if (value.is_pending()) return pin_.pending();
    if (!second_) second_.emplace(make_(std::move(value).value()));
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
