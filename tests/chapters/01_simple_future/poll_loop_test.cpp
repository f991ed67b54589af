#include "01_simple_future/poll_loop.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "01_simple_future/socket_read.h"
#include "01_simple_future/story/kitchen.h"
#include "01_simple_future/story/traps.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace poll_loop_test {

using test::Panel;
using test::Probe;

class PollLoopTest : public testing::TestWithParam<TimeMode> {
 protected:
  /// A kettle that boils after so many polls.
  Scripted<Ask> boiling(int after_poll) {
    return {
        Ask(kettle_, Tell::nothing), Tell::nothing, {{after_poll, [&] { kettle_.send("hot"); }}}};
  }

  Reactor reactor_{GetParam()};
  Reactor::Scope scope_{reactor_};
  Appliance kettle_{"kettle"};
};

INSTANTIATE_TEST_SUITE_P(InEitherTime, PollLoopTest,
                         testing::Values(TimeMode::real, TimeMode::virtual_time));

TEST_P(PollLoopTest, SpinningPollsOnceForEveryLook) {
  const auto run = run_spinning(boiling(1000));
  EXPECT_EQ(run.value, "hot");
  EXPECT_EQ(run.polls, 1001);
  EXPECT_EQ(run.sleeps, 0);
  EXPECT_EQ(run.wakes, 0) << "it never looks at the reactor, so nobody calls wake";
}

TEST_P(PollLoopTest, SleepingPollsTwice) {
  const auto run = run_sleeping(boiling(1));
  EXPECT_EQ(run.value, "hot");
  EXPECT_EQ(run.polls, 2);
  EXPECT_EQ(run.sleeps, 1);
  EXPECT_EQ(run.wakes, 1);
}

TEST_P(PollLoopTest, EitherIsDoneAtOnceWhenTheFutureIs) {
  Panel panel{.value = 7};
  const auto sleeping = run_sleeping(Probe(panel));
  EXPECT_EQ(sleeping.value, 7);
  EXPECT_EQ(sleeping.polls, 1);
  EXPECT_EQ(sleeping.sleeps, 0);
  EXPECT_EQ(run_spinning(Probe(panel)).polls, 1);
}

TEST_P(PollLoopTest, BorrowsAnLvalue) {
  kettle_.send("hot");
  SocketRead read(kettle_.socket);
  EXPECT_EQ(run_sleeping(read).value, "hot");
  EXPECT_THROW(run_sleeping(read), std::logic_error) << "it is the same future, and finished";
}

TEST_P(PollLoopTest, SleepingSeesAWakeThatComesDuringThePoll) {
  const auto run = run_sleeping(WakesItself());
  EXPECT_EQ(run.value, 42);
  EXPECT_EQ(run.polls, 2);
  EXPECT_EQ(run.sleeps, 0) << "woken already: there is nothing to sleep for";
  EXPECT_EQ(run.wakes, 1);
}

TEST_P(PollLoopTest, SleepingSaysSoWhenNobodyCouldWakeIt) {
  try {
    run_sleeping(ForgottenWake());
    ADD_FAILURE() << "it should have refused to sleep";
  } catch (const std::logic_error& error) {
    EXPECT_NE(std::string(error.what()).find("nobody has its wake function"), std::string::npos);
  }
}

TEST_P(PollLoopTest, SleepingTooLateLosesTheWake) {
  EXPECT_THROW(run_sleeping_too_late(WakesItself()), std::logic_error);
}

TEST_P(PollLoopTest, PassesOnWhatThePollThrows) {
  Panel panel{.throws = true};
  EXPECT_THROW(run_spinning(Probe(panel)), std::runtime_error);
  EXPECT_THROW(run_sleeping(Probe(panel)), std::runtime_error);
}

TEST_P(PollLoopTest, AnOldWakeCostsOneMorePollAndNothingElse) {
  // A wake left over from somebody else on this thread: the plain function cannot tell.
  Panel panel;
  Scripted<Probe> probe(Probe(panel), Tell::nothing,
                        {{1, [] { detail::wake_this_thread(); }}, {2, [&] {
                                                                     panel.value = 1;
                                                                     detail::wake_this_thread();
                                                                   }}});
  EXPECT_EQ(run_sleeping(probe).polls, 3);
}

TEST(PollLoop, AWakeOnAnotherThreadIsNotHeard) {
  // One of the breaches that the README names: the plain function reaches its own thread only.
  const int before = detail::wake_calls;
  std::thread(detail::wake_this_thread).join();
  EXPECT_EQ(detail::wake_calls, before);
}

TEST(PollLoop, SleepingNeedsAReactor) {
  Panel panel{.value = 7};
  EXPECT_THROW(run_sleeping(Probe(panel)), std::logic_error);
}

}  // namespace poll_loop_test
}  // namespace book::simple
