// select in its plain form: which one won, and its value. (Chapter 08)
#include "08_select/select.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/contest.h"
#include "08_select/fuse.h"
#include "chapters/08_select/doors.h"
#include "common/random.h"
#include "support/drop_counter.h"
#include "support/pending_report.h"

namespace book {
namespace select_test {

using namespace std::chrono_literals;
using test::broken_door;
using test::door;
using test::Enter;
using test::poll_once;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

TEST(Select, SaysWhichOneWonAndGivesItsValue) {
  const auto winner = block_on(select(never<int>(), ready(std::string("second"))));
  ASSERT_EQ(winner.index(), 1u);
  EXPECT_EQ(std::get<1>(winner), "second");
}

TEST(Select, GivesAMonostateForAFutureWithoutAValue) {
  const auto winner = block_on(select(yield_now(), never<int>()));
  static_assert(std::is_same_v<decltype(winner), const std::variant<std::monostate, int>>);
  EXPECT_EQ(winner.index(), 0u);
}

TEST(Select, EndsWithTheFirstOfTwoTimers) {
  Executor executor(kVirtual);
  const Instant begin = executor.reactor().now();
  EXPECT_EQ(executor.block_on(select(sleep(5h), sleep(2h), sleep(3h))).index(), 1u);
  EXPECT_EQ(executor.reactor().now() - begin, 2h);
}

TEST(Select, MayBeGivenOneFutureOnly) { EXPECT_EQ(std::get<0>(block_on(select(ready(4)))), 4); }

TEST(Select, TakesValuesThatCanOnlyBeMoved) {
  auto winner = block_on(select(ready(std::make_unique<int>(3)), never<void>()));
  EXPECT_EQ(*std::get<0>(winner), 3);
}

TEST(Select, EndsWithTheExceptionOfAChild) {
  const auto open_door = broken_door();
  test::open(open_door);
  EXPECT_THROW(block_on(select(never<int>(), Enter(open_door, 1))), std::runtime_error);
}

TEST(Select, AsksNobodyAfterTheWinner) {
  const auto first = door(), second = door();
  test::open(first);
  test::open(second);
  auto both = select_biased(Enter(first, 7), Enter(second, 7));
  EXPECT_TRUE(poll_once(both).is_ready());
  EXPECT_EQ(second->polls, 0);
}

TEST(Select, KeepsTheStateOfABorrowedLoser) {
  const auto slow = door(), quick = door();
  Enter loser(slow, 1);
  {
    auto race = select(loser, Enter(quick, 2));
    EXPECT_TRUE(poll_once(race).is_pending());
    test::open(quick);
    EXPECT_EQ(poll_once(race).value().index(), 1u);
  }
  test::open(slow);
  EXPECT_EQ(poll_once(loser).value(), 1);
}

TEST(Select, LeavesACoroutineThatLostWhereItStands) {
  int steps = 0;
  auto body = [&]() -> Async<int> {
    ++steps;
    co_await sleep(2h);
    ++steps;
    co_return 5;
  };
  auto story = [](Async<int> task) -> Async<int> {
    auto round = select(task, sleep(1h));
    auto winner = co_await round;
    EXPECT_EQ(winner.index(), 1u);
    int value = co_await task;
    co_return value;
  };
  Executor executor(kVirtual);
  const Instant begin = executor.reactor().now();
  EXPECT_EQ(executor.block_on(story(body())), 5);
  EXPECT_EQ(steps, 2);
  EXPECT_EQ(executor.reactor().now() - begin, 2h);
}

TEST(Select, DropsAnOwnedLoserWhenItEndsNotWhenItGoes) {
  test::DropCounter drops;
  auto loses = [](test::DropCounter::Token) -> Async<> { co_await never<void>(); };
  const auto quick = door();
  auto race = select(loses(drops.token()), Enter(quick, 7));
  EXPECT_TRUE(poll_once(race).is_pending());
  EXPECT_EQ(drops.live(), 1);
  test::open(quick);
  EXPECT_TRUE(poll_once(race).is_ready());
  EXPECT_EQ(drops.live(), 0);
}

TEST(Select, DropsAnOwnedLoserBeforeAnExceptionLeavesIt) {
  test::DropCounter drops;
  auto loses = [](test::DropCounter::Token) -> Async<> { co_await never<void>(); };
  const auto broken = broken_door();
  auto race = select(loses(drops.token()), Enter(broken, 1));
  EXPECT_TRUE(poll_once(race).is_pending());
  test::open(broken);
  EXPECT_THROW((void)poll_once(race), std::runtime_error);
  EXPECT_EQ(drops.live(), 0);
}

TEST(Select, PassesOverAFutureThatIsTerminated) {
  auto ended = fuse(ready(1));
  EXPECT_EQ(block_on(ended), 1);
  EXPECT_EQ(block_on(select_biased(ended, ready(2))).index(), 1u);
}

TEST(Select, ThrowsWhenEverythingHasEndedBefore) {
  auto nothing = Fuse<Ready<int>>::terminated();
  try {
    (void)block_on(select(nothing, Fuse<Ready<int>>::terminated()));
    FAIL() << "nobody can ever win this";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "select: every future it was given had ended before");
  }
}

TEST(Select, ThrowsWhenABorrowedFutureThatHasEndedIsAskedAgain) {
  auto once = ready(1);
  EXPECT_EQ(block_on(select(once)).index(), 0u);
  EXPECT_THROW(block_on(select(once, never<void>())), std::logic_error);
}

TEST(Select, TellsWhoeverLooksForADeadlockWhatItWaitsFor) {
  const auto shut = door();
  try {
    block_on(select(never<int>(), poll_fn([](Context&) -> Poll<int> { return pending; })));
    FAIL() << "nobody can wake it";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("the first of several futures"), std::string::npos)
        << deadlock.what();
  }
}

TEST(Select, IsWokenThroughWhicheverFutureIsReady) {
  for (int opened = 0; opened < 3; ++opened) {
    const std::array doors{door(), door(), door()};
    auto race = select(Enter(doors[0], 7), Enter(doors[1], 7), Enter(doors[2], 7));
    auto opener = [](test::DoorPtr one) -> Async<> {
      co_await yield_now();
      test::open(one);
    };
    Executor executor;
    executor.spawn(opener(doors[opened]));
    EXPECT_EQ(executor.block_on(race).index(), static_cast<std::size_t>(opened));
  }
}

// ---- fairness -------------------------------------------------------------

/// Who wins how often, of three that are always ready.
template <class SelectFunction>
Async<std::array<int, 3>> wins(SelectFunction choose, int rounds) {
  std::array<int, 3> wins{};
  for (int i = 0; i < rounds; ++i) {
    auto round = choose(ready(0), ready(1), ready(2));
    const auto winner = co_await round;
    ++wins[winner.index()];
  }
  co_return wins;
}

TEST(SelectFairness, GivesEachOfThreeAThirdOfTenThousandRounds) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const int count : block_on(wins(select, 10'000), {.seed = seed})) {
      EXPECT_GT(count, 3'100) << "seed " << seed;
      EXPECT_LT(count, 3'600) << "seed " << seed;
    }
  }
}

/// The positions 0 to N-1, shuffled by one number: what random_order says that it does.
template <std::size_t... kPositions>
auto shuffled(std::uint64_t number, std::index_sequence<kPositions...>) {
  std::array<unsigned char, sizeof...(kPositions)> order{kPositions...};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t left = order.size() - i;
    std::swap(order[i], order[i + static_cast<std::size_t>(number % left)]);
    number /= left;
  }
  return order;
}

TEST(SelectFairness, DrawsTwoByTheSameRuleAsThree) {
  Random random(5);
  Random again(5);
  const Random::Scope scope(random);
  std::set<int> firsts;
  for (int i = 0; i < 100; ++i) {
    const std::make_index_sequence<2> two;
    const auto order = detail::random_order(two);
    firsts.insert(order[0]);
    EXPECT_EQ(order, shuffled(again.next_u64(), two)) << "draw " << i;
    const std::make_index_sequence<3> three;
    EXPECT_EQ(detail::random_order(three), shuffled(again.next_u64(), three)) << "draw " << i;
  }
  EXPECT_EQ(firsts.size(), 2u) << "each of two comes first now and then";
}

TEST(SelectFairness, SharesAmongThoseThatAreReadyWhateverStandsBetweenThem) {
  auto rounds = []() -> Async<std::array<int, 3>> {
    std::array<int, 3> wins{};
    for (int i = 0; i < 10'000; ++i) {
      auto round = select(ready(0), never<int>(), ready(2));
      const auto winner = co_await round;
      ++wins[winner.index()];
    }
    co_return wins;
  };
  const auto counts = block_on(rounds(), {.seed = 7});
  EXPECT_GT(counts[0], 4'700) << "the one after the idle one may not inherit its share";
  EXPECT_LT(counts[0], 5'300);
  EXPECT_EQ(counts[1], 0);
}

TEST(SelectFairness, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const auto run = [](std::uint64_t seed) { return block_on(wins(select, 1'000), {.seed = seed}); };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(SelectFairness, NeedsNoSeed) {
  for (const int count : block_on(wins(select, 10'000))) EXPECT_GT(count, 3'100);
}

TEST(SelectFairness, IsNotWhatTheBiasedTwinIsFor) {
  EXPECT_EQ(block_on(wins(select_biased, 100)), (std::array{100, 0, 0}));
}

TEST(SelectFairness, AsksInTheOrderWrittenWhenPolledOutsideOfAnExecutor) {
  for (int i = 0; i < 50; ++i) {
    auto race = select(ready(0), ready(1));
    EXPECT_EQ(poll_once(race).value().index(), 0u);
  }
}

// ---- cancellation ---------------------------------------------------------

/// Pending so many times, with something to leak.
Async<int> steps(int count, test::DropCounter::Token) {
  for (int i = 0; i < count; ++i) co_await yield_now();
  co_return count;
}

TEST(Select, CanBeDroppedAfterEveryPoll) {
  for (int polls = 0; polls <= 4; ++polls) {
    test::DropCounter drops;
    Async<int> borrowed = steps(9, drops.token());
    {
      auto race = select(steps(3, drops.token()), borrowed, steps(5, drops.token()));
      for (int i = 0; i < polls; ++i) (void)poll_once(race);
    }
    EXPECT_EQ(drops.live(), 1) << "after " << polls << " polls; the borrowed one is still ours";
  }
}

TEST(Select, LetsGoOfItsTimersWhenItIsDropped) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  {
    auto race = select(sleep(1h), sleep(2h));
    EXPECT_TRUE(poll_once(race).is_pending());
    EXPECT_EQ(reactor.waiting().timers, 2u);
  }
  EXPECT_TRUE(reactor.waiting().nothing());
}

}  // namespace select_test
}  // namespace book
