#include "02_timer_future/lone_task.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "02_timer_future/value_future.h"

namespace book {
namespace lone_task_test {

using namespace std::chrono_literals;

/// Wakes itself `steps` times, then is ready with how often it was polled.
struct Steps {
  using Output = int;
  int steps;
  int polls = 0;
  PinGuard pin = {};
  Poll<int> poll(Context& cx) {
    pin.enter();
    if (++polls > steps) return polls;
    cx.waker().wake_by_ref();
    return pin.pending();
  }
};

/// Keeps its waker where the test can reach it.
struct Keeper {
  using Output = void;
  Waker& slot;
  bool done = false;
  PinGuard pin = {};
  Poll<void> poll(Context& cx) {
    pin.enter();
    if (done) return Poll<void>::ready();
    cx.store(slot, "the test");
    return pin.pending();
  }
};

TEST(LoneTask, PollsOnceForEachWake) {
  Reactor reactor(TimeMode::virtual_time);
  LoneTask task(reactor);
  EXPECT_EQ(task.run_until_ready(Steps{3}), 4);
  EXPECT_EQ(task.wakes(), 3);
}

TEST(LoneTask, SaysThatNobodyWillWakeItInsteadOfWaiting) {
  Reactor reactor;
  LoneTask task(reactor);
  struct Forgetful {
    using Output = void;
    Poll<void> poll(Context&) { return pending; }
  };
  EXPECT_THROW(task.run_until_ready(Forgetful{}), NobodyWakes);
}

TEST(LoneTask, AWakeThatCameBeforeTheWaitIsNotLost) {
  Reactor reactor;
  LoneTask task(reactor);
  Waker slot;
  Keeper keeper{slot};
  ASSERT_TRUE(task.poll_once(keeper).is_pending());
  std::move(slot).wake();  // nobody holds a waker now, and yet there is news
  task.wait_for_wake();
  EXPECT_THROW(task.wait_for_wake(), NobodyWakes);
}

TEST(LoneTask, IsWokenByAnotherThread) {
  Reactor reactor;
  for (int round = 0; round < 200; ++round) {
    LoneTask task(reactor);
    Waker slot;
    Keeper keeper{slot};
    ASSERT_TRUE(task.poll_once(keeper).is_pending());
    std::jthread thread([waker = std::move(slot)]() mutable { std::move(waker).wake(); });
    task.wait_for_wake();
    keeper.done = true;
    EXPECT_TRUE(task.poll_once(keeper).is_ready());
  }
}

TEST(LoneTask, AWakerMayOutliveTheTaskAndTheReactor) {
  Waker slot;
  {
    Reactor reactor;
    LoneTask task(reactor);
    Keeper keeper{slot};
    ASSERT_TRUE(task.poll_once(keeper).is_pending());
  }
  slot.wake_by_ref();
  std::move(slot).wake();
}

TEST(LoneTask, WhatPollThrowsComesOut) {
  Reactor reactor;
  LoneTask task(reactor);
  struct Thrower {
    using Output = int;
    Poll<int> poll(Context&) { throw std::runtime_error("no"); }
  };
  EXPECT_THROW(task.run_until_ready(Thrower{}), std::runtime_error);
}

}  // namespace lone_task_test
}  // namespace book
