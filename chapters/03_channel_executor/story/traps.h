// Three mistakes, each as small as it can be made. `03_channel_executor --trap NAME` walks into
// one.
#pragma once

#include <fmt/format.h>

#include <stdexcept>

#include "common/future.h"

namespace book::channel_executor {

/// Says pending, and keeps no waker.
class [[nodiscard]] LosesItsWaker : PinnedOncePolled {
 public:
  using Output = void;

  LosesItsWaker() = default;
  LosesItsWaker(LosesItsWaker&&) = default;
  ~LosesItsWaker() {
    if (pin_.was_polled()) fmt::print("   (and the future is dropped)\n");
  }

  Poll<void> poll(Context&) {
    pin_.enter();
    fmt::print("   howdy!\n");
    return pin_.pending();
  }
};

/// Wakes itself more often than the queue has places, all in one poll.
class [[nodiscard]] WakesTooOften : PinnedOncePolled {
 public:
  using Output = void;

  explicit WakesTooOften(int wakes) : wakes_(wakes) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    for (int i = 0; i < wakes_; ++i) cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  int wakes_;
};

/// Ends in an exception that nobody is there to catch.
class [[nodiscard]] Throws : PinnedOncePolled {
 public:
  using Output = void;

  Poll<void> poll(Context&) {
    pin_.enter();
    throw std::runtime_error("out of milk");
  }
};

}  // namespace book::channel_executor
