#include "01_simple_future/and_then.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "01_simple_future/poll_loop.h"
#include "01_simple_future/socket_read.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace and_then_test {

using test::bell;
using test::bell_count;
using test::gong;
using test::Panel;
using test::Probe;
using test::refuses_to_move;

TEST(AndThen, DoesNotAskTheSecondBeforeTheFirstIsDone) {
  Panel first, second{.value = 2};
  AndThen both{Probe(first), Probe(second)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(both.poll(bell).is_pending());
  EXPECT_EQ(first.polls, 3);
  EXPECT_EQ(second.polls, 0);
}

TEST(AndThen, GoesOnToTheSecondInTheSamePoll) {
  Panel first{.value = 1}, second;
  AndThen both{Probe(first), Probe(second)};
  EXPECT_TRUE(both.poll(bell).is_pending());
  EXPECT_EQ(second.polls, 1) << "or nobody would have a wake function";
  EXPECT_EQ(second.wake, bell);
}

TEST(AndThen, GivesTheValueOfTheSecond) {
  Panel first{.value = 1}, second;
  AndThen both{Probe(first), Probe(second)};
  EXPECT_TRUE(both.poll(bell).is_pending());
  second.value = 2;
  EXPECT_EQ(both.poll(bell).value(), 2);
}

TEST(AndThen, OfReadyFuturesIsReadyAtItsFirstPoll) {
  Panel first{.value = 1}, second{.value = 2};
  AndThen both{Probe(first), Probe(second)};
  EXPECT_EQ(both.poll(bell).value(), 2);
}

TEST(AndThen, PollsTheFinishedFirstNoMoreAndDropsIt) {
  Panel first{.value = 1}, second;
  AndThen both{Probe(first), Probe(second)};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(both.poll(gong).is_pending());
  EXPECT_EQ(first.polls, 1);
  EXPECT_EQ(first.alive, 0);
  EXPECT_EQ(second.polls, 3);
  EXPECT_EQ(second.wake, gong);
}

TEST(AndThen, IsCancelledAfterAnyNumberOfPolls) {
  for (int polls = 0; polls < 5; ++polls) {
    Panel first, second;
    {
      AndThen both{Probe(first), Probe(second)};
      for (int i = 0; i < polls; ++i) {
        if (i == 2) first.value = 1;
        EXPECT_TRUE(both.poll(bell).is_pending());
      }
    }
    EXPECT_EQ(first.alive + second.alive, 0) << "after " << polls << " polls";
  }
}

TEST(AndThen, EndsWithAnExceptionOfEither) {
  for (const bool of_first : {true, false}) {
    Panel first, second;
    AndThen both{Probe(first), Probe(second)};
    EXPECT_TRUE(both.poll(bell).is_pending());
    if (!of_first) first.value = 1;
    (of_first ? first : second).throws = true;
    EXPECT_THROW((void)both.poll(bell), std::runtime_error);
    EXPECT_EQ(second.polls, of_first ? 0 : 1);
    EXPECT_THROW((void)both.poll(bell), std::logic_error);
  }
}

TEST(AndThen, MustNotBePolledAfterItsEndNorMovedAfterItsFirstPoll) {
  Panel first, second{.value = 2};
  AndThen fresh{Probe(first), Probe(second)};
  AndThen both(std::move(fresh));
  EXPECT_TRUE(both.poll(bell).is_pending());
  EXPECT_TRUE(refuses_to_move(both));
  first.value = 1;
  EXPECT_EQ(both.poll(bell).value(), 2) << "the refused move took nothing away";
  EXPECT_THROW((void)both.poll(bell), std::logic_error);
}

TEST(AndThen, ReadsTwoRealSocketsOneAfterTheOther) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  auto kettle = Socket::pair();
  auto toaster = Socket::pair();
  AndThen both{SocketRead(kettle.first), SocketRead(toaster.first)};
  bell_count = 0;

  EXPECT_TRUE(both.poll(bell).is_pending());
  toaster.second.write("toast");
  reactor.poll_now();
  EXPECT_EQ(bell_count, 0) << "nobody has asked the toaster yet";
  kettle.second.write("hot water");
  reactor.wait();
  EXPECT_EQ(bell_count, 1);
  EXPECT_EQ(both.poll(bell).value(), "toast") << "it waited in the socket all the time";
}

}  // namespace and_then_test
}  // namespace book::simple
