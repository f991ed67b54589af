#include "exercise/first_success.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

#include "01_simple_future/poll_loop.h"
#include "01_simple_future/socket_read.h"
#include "chapters/01_simple_future/probe.h"
#include "common/reactor/reactor.h"

namespace book::simple {
namespace {

using test::bell;
using test::bell_count;
using test::gong;

using MaybeInt = std::optional<int>;
using MaybePanel = test::PanelOf<MaybeInt>;
using MaybeProbe = test::ProbeOf<MaybeInt>;

MaybePanel side() { return {.forgives = true}; }
/// A side's answer: it is done, and it failed.
const std::optional<MaybeInt> kFailed{MaybeInt()};

TEST(FirstSuccessTest, AsksBothSidesAtOnce) {
  MaybePanel a = side(), b = side();
  FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
  ASSERT_TRUE(race.poll(bell).is_pending());
  ASSERT_EQ(a.polls, 1) << "poll was called, and the first side was not.\n"
                           "A future that nobody polls does nothing.";
  ASSERT_EQ(b.polls, 1) << "The first side is pending, and the second was not asked.\n"
                           "Both run at once: whatever one says, the other gets its turn.";
  ASSERT_TRUE(race.poll(gong).is_pending());
  EXPECT_EQ(a.wake, gong) << "pass on the wake of this very poll";
  EXPECT_EQ(b.wake, gong) << "pass on the wake of this very poll";
}

TEST(FirstSuccessTest, GivesTheFirstValue) {
  for (const bool a_wins : {true, false}) {
    MaybePanel a = side(), b = side();
    FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
    ASSERT_TRUE(race.poll(bell).is_pending());
    (a_wins ? a : b).value = MaybeInt(7);
    Poll<MaybeInt> answer = race.poll(bell);
    ASSERT_TRUE(answer.is_ready()) << "one side has a value: that decides it";
    EXPECT_EQ(answer.value(), 7);
  }
}

TEST(FirstSuccessTest, DoesNotTakeAFailureForAWin) {
  for (const bool a_fails : {true, false}) {
    MaybePanel a = side(), b = side();
    FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
    (a_fails ? a : b).value = kFailed;
    ASSERT_TRUE(race.poll(bell).is_pending())
        << "One side failed (it gave std::nullopt), and the other is still\n"
           "running: the race is open.";
    (a_fails ? b : a).value = MaybeInt(7);
    Poll<MaybeInt> answer = race.poll(bell);
    ASSERT_TRUE(answer.is_ready());
    EXPECT_EQ(answer.value(), 7);
  }
}

TEST(FirstSuccessTest, NeverAsksASideAgainThatFailed) {
  for (const bool a_fails : {true, false}) {
    MaybePanel a = side(), b = side();
    FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
    MaybePanel& failed = a_fails ? a : b;
    failed.value = kFailed;
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(race.poll(bell).is_pending());
    EXPECT_EQ(failed.polls, 1)
        << "A side was polled after it had finished. Failed is finished: let\n"
           "go of it, and ask only sides that are still there.";
    EXPECT_EQ(failed.alive, 0) << "A side that failed is of no more use: let go of it.";
  }
}

TEST(FirstSuccessTest, FailsWhenBothHaveFailed) {
  MaybePanel a = side(), b = side();
  FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
  a.value = kFailed;
  ASSERT_TRUE(race.poll(bell).is_pending());
  b.value = kFailed;
  Poll<MaybeInt> answer = race.poll(bell);
  ASSERT_TRUE(answer.is_ready())
      << "Both sides have failed and nobody is left who could call wake.\n"
         "Pending would be forever: be ready, with std::nullopt.";
  EXPECT_EQ(answer.value(), std::nullopt);
}

TEST(FirstSuccessTest, DropsTheLoserOnTheSpot) {
  for (const bool a_wins : {true, false}) {
    MaybePanel a = side(), b = side();
    FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
    ASSERT_TRUE(race.poll(bell).is_pending());
    (a_wins ? a : b).value = MaybeInt(7);
    ASSERT_TRUE(race.poll(bell).is_ready());
    EXPECT_EQ((a_wins ? b : a).alive, 0)
        << "The race is over, and the loser still waits for its socket. To\n"
           "drop a future is to cancel it: reset both sides before you return\n"
           "the value.";
    EXPECT_EQ((a_wins ? a : b).alive, 0)
        << "The winner has given its value and is of no more use: reset it too.";
  }
}

TEST(FirstSuccessTest, DoesNotAskTheSecondSideOnceTheFirstHasWon) {
  MaybePanel a = side(), b = side();
  a.value = MaybeInt(1);
  b.value = MaybeInt(2);
  FirstSuccess race{MaybeProbe(a), MaybeProbe(b)};
  Poll<MaybeInt> answer = race.poll(bell);
  ASSERT_TRUE(answer.is_ready());
  EXPECT_EQ(answer.value(), 1) << "both are ready in the same poll: the first side wins";
  EXPECT_EQ(b.polls, 0) << "The first side had won already, and the second was asked all the\n"
                           "same: what it gave is lost. If it was a read, its bytes are gone\n"
                           "from the socket. Ask it only when you need it.";
}

/// A read of which only "hot ..." is any good.
class HotOnly {
 public:
  using Output = std::optional<std::string>;
  explicit HotOnly(Socket& socket) : read_(socket) {}
  Poll<Output> poll(Wake wake) {
    Poll<std::string> answer = read_.poll(wake);
    if (answer.is_pending()) return pending;
    if (!answer.value().starts_with("hot")) return Output(std::nullopt);
    return Output(std::move(answer).value());
  }

 private:
  SocketRead read_;
};

TEST(FirstSuccessTest, TakesTheFirstHotDrinkAndLeavesTheOtherInItsSocket) {
  Reactor reactor;
  Reactor::Scope scope(reactor);
  auto tea = Socket::pair();
  auto coffee = Socket::pair();
  auto cocoa = Socket::pair();
  bell_count = 0;
  FirstSuccess drink(HotOnly(tea.first), FirstSuccess(HotOnly(coffee.first), HotOnly(cocoa.first)));
  ASSERT_TRUE(drink.poll(bell).is_pending());
  tea.second.write("iced tea");
  coffee.second.write("hot coffee");
  EXPECT_EQ(run_sleeping(drink).value, "hot coffee");
  EXPECT_FALSE(reactor.waiting().io) << "the cocoa lost, and its read still waits in the reactor";
  cocoa.second.write("hot cocoa");
  EXPECT_EQ(cocoa.first.try_read(), "hot cocoa");
}

}  // namespace
}  // namespace book::simple
