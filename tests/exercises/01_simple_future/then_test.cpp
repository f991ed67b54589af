#include "exercise/then.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "01_simple_future/poll_loop.h"
#include "01_simple_future/socket_read.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace {

using test::bell;
using test::gong;
using test::Panel;
using test::Probe;

/// Makes the second future, and remembers how.
struct Kitchen {
  Panel first{.forgives = true};
  Panel second{.forgives = true};
  int made = 0;
  int made_from = 0;

  auto then() {
    return Then(Probe(first), [this](int value) {
      ++made;
      made_from = value;
      return Probe(second);
    });
  }
};

TEST(ThenTest, AsksTheFirst) {
  Kitchen kitchen;
  auto then = kitchen.then();
  EXPECT_EQ(kitchen.first.polls, 0) << "Making a future does nothing: it starts at its first poll.";
  ASSERT_TRUE(then.poll(bell).is_pending());
  ASSERT_EQ(kitchen.first.polls, 1)
      << "poll was called, and the first future was not.\n"
         "A future that nobody polls does nothing: poll first_, with the\n"
         "wake that you were given.";
  EXPECT_EQ(kitchen.first.wake, bell) << "pass on the wake of this very poll";
  EXPECT_EQ(kitchen.made, 0)
      << "the first future is pending: there is no value to make a second of";
  ASSERT_TRUE(then.poll(gong).is_pending());
  EXPECT_EQ(kitchen.first.wake, gong) << "pass on the wake of this very poll";
}

TEST(ThenTest, MakesTheSecondFromTheValueOfTheFirst) {
  Kitchen kitchen;
  auto then = kitchen.then();
  ASSERT_TRUE(then.poll(bell).is_pending());
  kitchen.first.value = 41;
  ASSERT_TRUE(then.poll(bell).is_pending());
  ASSERT_EQ(kitchen.made, 1) << "the first future is ready: call make_ with its value";
  EXPECT_EQ(kitchen.made_from, 41);
}

TEST(ThenTest, AsksTheSecondInTheSamePoll) {
  Kitchen kitchen;
  auto then = kitchen.then();
  kitchen.first.value = 41;
  const int rung_before = test::bell_count;
  ASSERT_TRUE(then.poll(bell).is_pending());
  if (test::bell_count > rung_before) {
    EXPECT_EQ(kitchen.second.polls, 1)
        << "You said pending and called wake yourself: that works, and is one poll too "
           "many. Go on to the second in the same poll.";
  }
  EXPECT_EQ(kitchen.second.polls, 1)
      << "The first is done and will call nobody any more; the second was\n"
         "never polled, so it has no wake function. Then was pending, and\n"
         "nobody is left to wake it. Go on to the second in the same poll.";
  EXPECT_EQ(kitchen.second.wake, bell) << "pass on the wake of this very poll";
}

TEST(ThenTest, GivesTheValueOfTheSecond) {
  Kitchen kitchen;
  auto then = kitchen.then();
  kitchen.first.value = 41;
  ASSERT_TRUE(then.poll(bell).is_pending());
  ASSERT_TRUE(then.poll(bell).is_pending());
  kitchen.second.value = 42;
  Poll<int> answer = then.poll(bell);
  ASSERT_TRUE(answer.is_ready()) << "the second future is ready, and so is the whole";
  EXPECT_EQ(answer.value(), 42);
}

TEST(ThenTest, IsDoneWithTheFirstOnceItIsReady) {
  Kitchen kitchen;
  auto then = kitchen.then();
  kitchen.first.value = 41;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(then.poll(bell).is_pending());
  EXPECT_EQ(kitchen.first.polls, 1)
      << "The first future was polled after it had finished. Remember that\n"
         "it is done: without a first_, the second is running.";
  EXPECT_EQ(kitchen.made, 1) << "make_ was called at every poll: the second future starts afresh\n"
                                "each time and never gets anywhere. Keep it in second_.";
  EXPECT_EQ(kitchen.first.alive, 0)
      << "The first future is done and still there, with whatever it holds:\n"
         "a socket, a buffer. Let go of it: first_.reset().";
}

TEST(ThenTest, CanBeReadyAtItsFirstPoll) {
  Kitchen kitchen;
  kitchen.first.value = 41;
  kitchen.second.value = 42;
  auto then = kitchen.then();
  Poll<int> answer = then.poll(bell);
  ASSERT_TRUE(answer.is_ready()) << "both futures are ready: there is nothing to be pending for";
  EXPECT_EQ(answer.value(), 42);
}

TEST(ThenTest, ReadsFromTheSocketThatTheFirstOneNames) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  auto waiter = Socket::pair();
  auto tea = Socket::pair();
  auto coffee = Socket::pair();
  auto bring = [&](const std::string& wish) {
    return SocketRead(wish == "tea" ? tea.first : coffee.first);
  };
  const auto order =
      std::make_unique<Then<SocketRead, decltype(bring)>>(SocketRead(waiter.first), bring);
  ASSERT_TRUE(order->poll(bell).is_pending());
  coffee.second.write("a pot of coffee");
  tea.second.write("a cup of tea");
  waiter.second.write("tea");
  try {
    EXPECT_EQ(run_sleeping(*order).value, "a cup of tea");
  } catch (const std::logic_error& error) {
    FAIL() << "the loop gave up: " << error.what();
  }
}

TEST(ThenTest, IsCancelledWhereverItStands) {
  for (int polls = 0; polls < 4; ++polls) {
    Kitchen kitchen;
    {
      auto then = kitchen.then();
      for (int i = 0; i < polls; ++i) {
        if (i == 2) kitchen.first.value = 41;
        ASSERT_TRUE(then.poll(bell).is_pending());
      }
    }
    EXPECT_EQ(kitchen.first.alive + kitchen.second.alive, 0)
        << "dropped after " << polls << " polls, it left something behind";
  }
}

}  // namespace
}  // namespace book::simple
