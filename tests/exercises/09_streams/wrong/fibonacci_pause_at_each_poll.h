// Wrong: every poll begins a new pause.
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
    sleep_.emplace(sleep(pause_));
    if (sleep_->poll(cx).is_pending()) return pending;
    sleep_.reset();
    const std::uint64_t number = a_;
    a_ = std::exchange(b_, a_ + b_);
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
