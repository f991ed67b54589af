// The mistakes that main.cpp shows: they have to stay the mistakes that the README describes.
#include "02_timer_future/story/traps.h"

#include <gtest/gtest.h>

#include <thread>

#include "02_timer_future/lone_task.h"
#include "02_timer_future/sleep.h"

namespace book {
namespace traps_test {

using namespace std::chrono_literals;

TEST(StaleTimer, LooksRightAsLongAsOneTaskPollsIt) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  LoneTask task(reactor);
  const Instant start = reactor.now();
  task.run_until_ready(StaleTimer(10ms));
  EXPECT_EQ(reactor.now() - start, 10ms);
}

TEST(StaleTimer, WakesTheTaskThatGaveItAway) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  LoneTask first(reactor);
  LoneTask second(reactor);
  StaleTimer timer(10ms);
  ASSERT_TRUE(first.poll_once(timer).is_pending());
  EXPECT_THROW(second.run_until_ready(timer), NobodyWakes);
  reactor.wait();
  EXPECT_EQ(first.wakes(), 1);
  EXPECT_EQ(second.wakes(), 0);
}

TEST(StaleTimer, SleepWakesTheTaskThatTookItOver) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  LoneTask first(reactor);
  LoneTask second(reactor);
  Sleep timer = sleep(10ms);
  ASSERT_TRUE(first.poll_once(timer).is_pending());
  second.run_until_ready(timer);
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
}

TEST(HastyFlag, IsRightAsLongAsNothingComesInBetween) {
  Reactor reactor(TimeMode::virtual_time);
  LoneTask task(reactor);
  HastyFlag flag;
  HastyFlag::Wait wait(flag);
  ASSERT_TRUE(task.poll_once(wait).is_pending());
  flag.raise();
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_TRUE(task.poll_once(wait).is_ready());
}

TEST(HastyFlag, LosesTheWakeThatComesBetweenTheLookAndTheStore) {
  Reactor reactor(TimeMode::virtual_time);
  LoneTask task(reactor);
  HastyFlag flag;
  flag.meanwhile = [&flag] { std::thread([&flag] { flag.raise(); }).join(); };
  HastyFlag::Wait wait(flag);
  EXPECT_TRUE(task.poll_once(wait).is_pending());
  EXPECT_TRUE(flag.up);
  EXPECT_EQ(task.wakes(), 0);
}

}  // namespace traps_test
}  // namespace book
