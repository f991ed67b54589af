// Exercise 2: the Fibonacci numbers, by hand and with a clock.
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
    pin_.enter();  // from here on it may not be moved: the Sleep in it will lie in a timer wheel
    // TODO: an std::optional<Sleep> is a pause that may be under way. When does it begin, who polls
    // it, and what is to become of it when it is over?
    (void)cx;
    (void)pause_;
    (void)limit_;
    return PollItem<Item>::ready();
  }

 private:
  StreamPin pin_;
  Duration pause_;
  std::uint64_t limit_;
};

}  // namespace book::exercise
