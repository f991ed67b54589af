// CountingWaker: a waker that wakes nobody and counts everything. From any thread.
//
//     test::CountingWaker counter;
//     Context cx(counter.waker());
//     future.poll(cx);
//     EXPECT_EQ(counter.clones(), 1);  EXPECT_EQ(counter.wakes(), 0);  EXPECT_EQ(counter.kept(),
//     1);
#pragma once

#include <functional>

#include "common/waker.h"

namespace book::test {

class CountingWaker {
 public:
  CountingWaker();
  CountingWaker(const CountingWaker&) = delete;
  CountingWaker& operator=(const CountingWaker&) = delete;
  /// Wakers that are still kept stay safe to use.
  ~CountingWaker();

  /// The one to build Contexts on. It is not counted itself; its copies are.
  const Waker& waker() const noexcept { return waker_; }

  int clones() const noexcept;
  /// Clones that are gone, dropped or used up by wake().
  int drops() const noexcept;
  int wakes() const noexcept;
  /// Clones that somebody holds at this moment. Negative: one was dropped twice.
  int kept() const noexcept { return clones() - drops(); }

  /// Called inside every clone, before the copy is in anybody's hands; inside every wake and every
  /// drop, after it was counted. Set them before the waker is in use.
  void on_clone(std::function<void()> hook);
  void on_wake(std::function<void()> hook);
  void on_drop(std::function<void()> hook);

 private:
  struct State;
  State* state_;
  Waker waker_;
};

}  // namespace book::test
