// race and race_ok. (Chapter 08)
#include "08_select/race.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/fuse.h"
#include "chapters/08_select/doors.h"
#include "support/drop_counter.h"

namespace book {
namespace race_test {

using namespace std::chrono_literals;
using test::broken_door;
using test::door;
using test::Enter;
using test::poll_once;

/// Answers, or fails, after some time.
Async<std::string> mirror(Duration after, std::string answer, bool fails = false) {
  co_await sleep(after);
  if (fails) throw std::runtime_error(answer);
  co_return answer;
}

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

TEST(Race, GivesTheValueOfTheFirstToEnd) {
  EXPECT_EQ(block_on(race(mirror(3s, "slow"), mirror(1s, "quick"), mirror(2s, "fair")), kVirtual),
            "quick");
}

TEST(Race, EndsWithAnExceptionIfThatComesFirst) {
  EXPECT_THROW(block_on(race(mirror(2s, "fine"), mirror(1s, "broken", true)), kVirtual),
               std::runtime_error);
}

TEST(Race, MayBeForNothing) {
  Executor executor(kVirtual);
  const Instant begin = executor.reactor().now();
  executor.block_on(race(sleep(2s), sleep(1s)));
  EXPECT_EQ(executor.reactor().now() - begin, 1s);
}

TEST(Race, ConvertsToOneType) {
  auto either = race(ready(3), never<double>());
  static_assert(std::is_same_v<OutputOf<decltype(either)>, double>);
  EXPECT_EQ(block_on(std::move(either)), 3.0);
}

TEST(Race, IsFair) {
  auto rounds = []() -> Async<int> {
    int first = 0;
    for (int i = 0; i < 10'000; ++i) {
      auto round = race(ready(1), ready(0));
      int value = co_await round;
      first += value;
    }
    co_return first;
  };
  const int first = block_on(rounds(), {.seed = 5});
  EXPECT_GT(first, 4'700);
  EXPECT_LT(first, 5'300);
}

TEST(Race, DropsOwnedLosersAndKeepsBorrowedOnes) {
  test::DropCounter drops;
  auto loses = [](test::DropCounter::Token) -> Async<int> {
    co_await yield_now();
    co_return 2;
  };
  auto borrowed = loses(drops.token());
  auto either = race(loses(drops.token()), borrowed, ready(1));
  EXPECT_EQ(poll_once(either).value(), 1);
  EXPECT_EQ(drops.live(), 1);
}

TEST(Race, ThrowsWhenEverythingHadEndedBefore) {
  auto none = Fuse<Ready<int>>::terminated();
  EXPECT_THROW(block_on(race(none, Fuse<Ready<int>>::terminated())), std::logic_error);
  EXPECT_THROW(block_on(race_ok(none)), std::logic_error);
}

TEST(RaceOk, PassesOverAFailure) {
  EXPECT_EQ(block_on(race_ok(mirror(1s, "broken", true), mirror(3s, "slow"), mirror(2s, "fine")),
                     kVirtual),
            "fine");
}

TEST(RaceOk, AsksAFailureNoMore) {
  const auto broken = broken_door(), shut = door();
  test::open(broken);
  auto either = race_ok(Enter(broken, 1), Enter(shut, 2));
  EXPECT_TRUE(poll_once(either).is_pending());
  EXPECT_TRUE(poll_once(either).is_pending());
  EXPECT_EQ(broken->polls, 1);
}

TEST(RaceOk, DropsAFailureAtOnce) {
  test::DropCounter drops;
  const auto broken = broken_door();
  test::open(broken);
  auto either = race_ok(Enter(broken, 1) | map([token = drops.token()](int value) {
                          (void)token;
                          return value;
                        }),
                        never<int>());
  EXPECT_TRUE(poll_once(either).is_pending());
  EXPECT_EQ(drops.live(), 0);
}

TEST(RaceOk, TellsEveryReasonWhenAllHaveFailed) {
  try {
    (void)block_on(race_ok(mirror(3s, "no route", true), mirror(1s, "refused", true),
                           mirror(2s, "timed out", true)),
                   kVirtual);
    FAIL() << "all have failed";
  } catch (const AllFailed& error) {
    EXPECT_STREQ(error.what(), "race_ok: all 3 have failed: no route; refused; timed out");
    ASSERT_EQ(error.failures().size(), 3u);
    EXPECT_THROW(std::rethrow_exception(error.failures()[1]), std::runtime_error);
  }
}

TEST(RaceOk, CanBeDroppedAfterEveryPoll) {
  for (int polls = 0; polls <= 4; ++polls) {
    test::DropCounter drops;
    auto steps = [](int count, bool fails, test::DropCounter::Token) -> Async<> {
      for (int i = 0; i < count; ++i) co_await yield_now();
      if (fails) throw std::runtime_error("no");
    };
    {
      auto either = race_ok(steps(1, true, drops.token()), steps(3, false, drops.token()));
      for (int i = 0; i < polls; ++i) (void)poll_once(either);
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

}  // namespace race_test
}  // namespace book
