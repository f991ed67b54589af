#include "02_timer_future/timer_future.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include "02_timer_future/lone_task.h"
#include "02_timer_future/story/process_figures.h"
#include "support/counting_waker.h"

namespace book {
namespace timer_future_test {

using namespace std::chrono_literals;
using test::CountingWaker;

static_assert(Future<TimerFuture>);

/// Long enough that it will not end in the course of a test, and ends with the process.
constexpr Duration kLong = 1h;

TEST(TimerFuture, WakesItsTask) {
  Reactor reactor;
  LoneTask task(reactor);
  const Instant start = reactor.now();
  task.run_until_ready(TimerFuture(5ms));
  EXPECT_GE(reactor.now() - start, 5ms);
  EXPECT_LE(task.wakes(), 1);
}

TEST(TimerFuture, ManyWaitAtTheSameTime) {
  Reactor reactor;
  LoneTask task(reactor);
  std::vector<TimerFuture> timers;
  timers.reserve(50);
  for (int i = 0; i < 50; ++i) timers.emplace_back(1ms * (i % 7));
  for (TimerFuture& timer : timers) task.run_until_ready(timer);
}

TEST(TimerFuture, KeepsTheWakerOfTheTaskThatPolledLast) {
  CountingWaker first;
  CountingWaker second;
  TimerFuture timer(kLong);
  for (CountingWaker* task : {&first, &second}) {
    Context cx(task->waker());
    ASSERT_TRUE(timer.poll(cx).is_pending());
  }
  EXPECT_EQ(first.kept(), 0);
  EXPECT_EQ(second.kept(), 1);
}

TEST(TimerFuture, DoesNotCloneAWakerThatItHas) {
  CountingWaker task;
  TimerFuture timer(kLong);
  Context cx(task.waker());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(timer.poll(cx).is_pending());
  EXPECT_EQ(task.clones(), 1);
}

TEST(TimerFuture, DestroyedAtAnyMomentItKeepsNoWaker) {
  for (int polls = 0; polls < 3; ++polls) {
    CountingWaker task;
    {
      TimerFuture timer(kLong);
      Context cx(task.waker());
      for (int i = 0; i < polls; ++i) ASSERT_TRUE(timer.poll(cx).is_pending());
    }
    EXPECT_EQ(task.kept(), 0) << "after " << polls << " polls";
  }
}

TEST(TimerFuture, CanBeMovedUntilItsFirstPollOnly) {
  CountingWaker task;
  TimerFuture timer(kLong);
  TimerFuture moved = std::move(timer);
  Context cx(task.waker());
  ASSERT_TRUE(moved.poll(cx).is_pending());
  EXPECT_THROW(TimerFuture again(std::move(moved)), std::logic_error);
}

TEST(TimerFuture, PolledAfterItsEndItThrows) {
  Reactor reactor;
  LoneTask task(reactor);
  TimerFuture timer(1ms);
  task.run_until_ready(timer);
  EXPECT_THROW((void)task.poll_once(timer), std::logic_error);
}

// The two points of the contract that it breaks, as its header and the README say: in a process of
// its own, where no other thread comes or goes.
TEST(TimerFutureDeathTest, ItsThreadStartsWithItAndDoesNotEndWithIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto count_threads = [] {
    const int before = read_process_figures().threads;
    {
      TimerFuture never_polled(kLong);
      if (read_process_figures().threads != before + 1) std::_Exit(1);
    }
    std::_Exit(read_process_figures().threads == before + 1 ? 0 : 2);
  };
  EXPECT_EXIT(count_threads(), testing::ExitedWithCode(0), "");
}

}  // namespace timer_future_test
}  // namespace book
