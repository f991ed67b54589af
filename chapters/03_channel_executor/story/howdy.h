// HowdyThenDone: prints "howdy!", waits for a timer, prints "done!".
//
//     [ fresh ] --poll: howdy!--> [ waits for the timer ] --poll: done!--> [ ended ]
//
// In Rust this is an async block of three lines. Written by hand it is a class, and its members
// are what the block remembers between two polls. Chapter 05 lets the compiler write it.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "02_timer_future/timer_future.h"
#include "common/future.h"

namespace book::channel_executor {

class [[nodiscard]] HowdyThenDone : PinnedOncePolled {
 public:
  using Output = void;

  explicit HowdyThenDone(std::chrono::milliseconds pause) : pause_(pause) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!timer_) {
      fmt::print("   howdy!\n");
      timer_.emplace(pause_);
    }
    if (timer_->poll(cx).is_pending()) return pin_.pending();
    fmt::print("   done!\n");
    return Poll<void>::ready();
  }

 private:
  std::chrono::milliseconds pause_;
  std::optional<TimerFuture> timer_;  // made by the first poll: its thread starts at once
};

}  // namespace book::channel_executor
