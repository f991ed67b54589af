#include "exercise/counter.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

#include "01_simple_future/join.h"
#include "01_simple_future/poll_loop.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace {

using test::bell;
using test::bell_count;

static_assert(SimpleFuture<Counter>, "a Counter has an Output, int, and a poll(Wake)");

class CounterTest : public testing::Test {
 protected:
  CounterTest() { bell_count = 0; }

  Reactor reactor_;
  Reactor::Scope scope_{reactor_};
};

TEST_F(CounterTest, CallsWakeWhenItIsPending) {
  Counter counter(3);
  EXPECT_EQ(bell_count, 0) << "Making a future does nothing: it starts at its first poll.";
  ASSERT_TRUE(counter.poll(bell).is_pending())
      << "poll 1 of a counter to 3 counted one step, and two are left.\n"
         "One step a poll: the others on this thread want their turn.";
  EXPECT_EQ(bell_count, 1) << "pending is a promise: wake will be called when asking again is\n"
                              "worth it. Whoever asked may be asleep now, and will sleep\n"
                              "forever. A counter can go on at once, so it calls wake(), from\n"
                              "inside poll, before it returns pending.";
}

TEST_F(CounterTest, IsReadyAtThePollAfterTheLastStep) {
  Counter counter(3);
  for (int step = 1; step <= 3; ++step) {
    ASSERT_TRUE(counter.poll(bell).is_pending())
        << "poll " << step << " of a counter to 3 is pending: one step a poll, three steps.";
  }
  Poll<int> answer = counter.poll(bell);
  ASSERT_TRUE(answer.is_ready()) << "poll 4 of a counter to 3: it stands at 3, nothing is left to\n"
                                    "count. Be ready, with 3.";
  EXPECT_EQ(answer.value(), 3) << "it gives what it counted to";
  EXPECT_EQ(bell_count, 3) << "Three polls were pending, and each called wake once.\n"
                              "A poll that is ready calls nobody: the one who asked has the value\n"
                              "in hand.";
}

TEST_F(CounterTest, ToNothingIsReadyAtOnce) {
  Counter counter(0);
  Poll<int> answer = counter.poll(bell);
  ASSERT_TRUE(answer.is_ready()) << "a counter to 0 has nothing to count";
  EXPECT_EQ(answer.value(), 0);
}

TEST_F(CounterTest, RunsInALoopThatSleeps) {
  try {
    const auto run = run_sleeping(Counter(1000));
    EXPECT_EQ(run.value, 1000);
    EXPECT_EQ(run.polls, 1001);
    EXPECT_EQ(run.sleeps, 0) << "it was woken during each poll, so there was nothing to sleep for";
  } catch (const std::logic_error& error) {
    FAIL() << "the loop gave up: " << error.what();
  }
}

TEST_F(CounterTest, TakesTurnsInAJoin) {
  Join both{Counter(2), Counter(4)};
  const auto run = run_sleeping(both);
  EXPECT_EQ(run.value, std::pair(2, 4));
  EXPECT_EQ(run.polls, 5) << "as many polls as the longer of the two needs alone";
}

}  // namespace
}  // namespace book::simple
