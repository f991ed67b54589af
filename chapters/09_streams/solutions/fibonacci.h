// Exercise 2: the Fibonacci numbers, by hand and with a clock. One answer.
//
//     Fibonacci(10ms, 20)      gives 1, 1, 2, 3, 5, 8, 13 and ends
//
// Each number takes a pause to work out: it is ready `pause` after it was asked for. The stream
// ends in place of the first number above the limit, at once, and stays at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "09_streams/stream_step.h"

namespace book::exercise {

class Fibonacci {
 public:
  using Item = std::uint64_t;

  Fibonacci(Duration pause, std::uint64_t limit) : pause_(pause), limit_(limit) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (a_ > limit_) return PollItem<Item>::ready();
    if (!sleep_) sleep_.emplace(sleep(pause_));
    if (sleep_->poll(cx).is_pending()) return pending;
    sleep_.reset();
    const std::uint64_t number = a_;
    a_ = std::exchange(b_, a_ + b_);
    if (a_ < number) limit_ = 0;  // the sum did not fit, and wrapped around: nothing follows
    return PollItem<Item>::ready(std::in_place, number);
  }

 private:
  StreamPin pin_;
  Duration pause_;
  std::uint64_t limit_;
  std::uint64_t a_ = 1;
  std::uint64_t b_ = 1;
  std::optional<Sleep> sleep_;
};

}  // namespace book::exercise
