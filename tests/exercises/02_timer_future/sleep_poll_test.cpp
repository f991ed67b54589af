// Tests of the piece sleep_poll: Sleep::poll. Time is virtual; each task is a waker that counts.
#include <gtest/gtest.h>

#include "02_timer_future/sleep.h"
#include "common/reactor/reactor.h"
#include "support/hand.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using test::Hand;

class SleepPoll : public testing::Test {
 protected:
  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope scope_{reactor_};
  Hand task_;
};

TEST_F(SleepPoll, WakesTheTaskWhenTheDeadlineHasPassed) {
  Sleep nap = sleep(2s);
  ASSERT_TRUE(task_.is_pending(nap)) << "Sleep::poll: two seconds have not passed yet.";
  ASSERT_EQ(reactor_.waiting().timers, 1u)
      << "Sleep::poll said pending and armed no timer: nothing will ever wake this task. "
      << "reactor.arm(timer_, deadline_, cx.waker()) does.";
  const Instant begun = reactor_.now();
  reactor_.wait();
  EXPECT_EQ(task_.wakes(), 1) << "Sleep::poll: the time has come, and the task was not woken.";
  EXPECT_GE(reactor_.now() - begun, 2s);
  EXPECT_TRUE(task_.is_ready(nap))
      << "Sleep::poll: woken after two seconds, and pending still. timer_.fired() says that the "
      << "deadline has passed.";
}

TEST_F(SleepPoll, IsReadyAtOnceWhenThereIsNothingToWaitFor) {
  Sleep none = sleep(0s), passed = sleep_until(reactor_.now() - 1h);
  EXPECT_TRUE(task_.is_ready(none)) << "Sleep::poll: a sleep of nothing has to wait for nothing.";
  EXPECT_TRUE(task_.is_ready(passed)) << "Sleep::poll: the deadline passed an hour ago. "
                                         "has_passed(reactor) knows, in the first poll.";
  EXPECT_EQ(task_.waker.clones(), 0) << "Look first: who does not have to wait needs no waker.";
}

TEST_F(SleepPoll, WakesTheTaskThatPolledItLast) {
  Sleep nap = sleep(2s);
  const Hand other;
  ASSERT_TRUE(task_.is_pending(nap));
  ASSERT_TRUE(other.is_pending(nap)) << "Sleep::poll: polled twice, it still has to wait.";
  reactor_.wait();
  EXPECT_EQ(other.wakes(), 1)
      << "Sleep::poll: it moved to another task, and woke the one that had polled it first. Arm "
      << "the timer at each poll: that replaces its waker.";
  EXPECT_TRUE(other.is_ready(nap));
}

TEST(SleepMadeWithoutAReactor, CountsFromItsFirstPoll) {
  Sleep nap = sleep(1s);  // as in block_on(sleep(1s)): there is no clock to ask yet
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  const Instant begun = reactor.now();
  const Hand task;
  ASSERT_TRUE(task.is_pending(nap))
      << "Sleep::poll: it was to last a second, and that begins now. has_passed(reactor) fixes the "
      << "deadline, so ask it in the first poll, before you arm.";
  reactor.wait();
  EXPECT_GE(reactor.now() - begun, 1s);
  EXPECT_TRUE(task.is_ready(nap));
}

TEST_F(SleepPoll, SaysWhatTheTaskWaitsFor) {
  Sleep nap = sleep(2s);
  Context cx(task_.waker.waker());
  ASSERT_TRUE(nap.poll(cx).is_pending());
  ASSERT_NE(cx.reason().what, nullptr)
      << "Sleep::poll: when a program hangs, the executor lists what each task waits for. "
      << "Say it with cx.waits_for(\"a timer\").";
  EXPECT_STREQ(cx.reason().what, "a timer");
}

TEST_F(SleepPoll, LeavesNothingBehindWhenItIsDropped) {
  {
    Sleep nap = sleep(2s);
    ASSERT_TRUE(task_.is_pending(nap));
  }
  EXPECT_EQ(reactor_.waiting().timers, 0u);
  EXPECT_EQ(task_.waker.kept(), 0);
}

}  // namespace
}  // namespace book
