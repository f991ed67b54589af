// Ticks, and select over streams: select_next_some of Ticks and of FuturesUnordered. (Chapter 08)
#include "08_select/ticks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/futures_unordered.h"
#include "08_select/select.h"
#include "chapters/08_select/doors.h"
#include "common/stream.h"
#include "support/async_test.h"

namespace book {
namespace ticks_test {

using namespace std::chrono_literals;
using test::poll_once;

using Log = std::vector<std::pair<int, Duration>>;

ASYNC_TEST(Ticks, ComeOnePeriodApartTheFirstAfterOnePeriod) {
  const Instant begin = Reactor::current().now();
  Ticks ticks(10ms, 3);
  Log log;
  for (;;) {
    auto tick = co_await next(ticks);
    if (!tick) break;
    log.emplace_back(*tick, Reactor::current().now() - begin);
  }
  EXPECT_EQ(log, (Log{{1, 10ms}, {2, 20ms}, {3, 30ms}}));
}

ASYNC_TEST(Ticks, DoNotDriftWhenOneIsFetchedLate) {
  const Instant begin = Reactor::current().now();
  Ticks ticks(10ms, 4);
  Log log;
  for (;;) {
    auto tick = co_await next(ticks);
    if (!tick) break;
    log.emplace_back(*tick, Reactor::current().now() - begin);
    if (*tick == 1) co_await sleep(15ms);
  }
  EXPECT_EQ(log, (Log{{1, 10ms}, {2, 25ms}, {3, 30ms}, {4, 40ms}}));
}

ASYNC_TEST(Ticks, AreTerminatedAfterTheLastOne) {
  Ticks ticks(10ms, 1);
  auto first = co_await next(ticks);
  auto second = co_await next(ticks);
  EXPECT_TRUE(first.has_value());
  EXPECT_TRUE(ticks.is_terminated());
  EXPECT_FALSE(second.has_value());
}

TEST(Ticks, LetGoOfTheirTimerWhenTheyAreDropped) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  {
    Ticks ticks(10ms, 3);
    auto tick = next(ticks);
    EXPECT_TRUE(poll_once(tick).is_pending());
    EXPECT_EQ(reactor.waiting().timers, 1u);
  }
  EXPECT_TRUE(reactor.waiting().nothing());
}

TEST(SelectOfStreams, TakesEveryItemOfBothAndThenIsComplete) {
  auto story = []() -> Async<int> {
    Ticks left(20ms, 3);
    Ticks right(30ms, 4);
    int total = 0;
    auto add = [&](int number) {
      total += number;
      return true;
    };
    auto end = [] { return false; };
    for (;;) {
      auto round =
          select(on(select_next_some(left), add), on(select_next_some(right), add), complete(end));
      const bool more = co_await round;
      if (!more) break;
    }
    co_return total;
  };
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    EXPECT_EQ(block_on(story(), {.time = TimeMode::virtual_time, .seed = seed}), 16);
  }
}

Async<int> after(Duration pause, int value) {
  co_await sleep(pause);
  co_return value;
}

ASYNC_TEST(SelectOfASet, GivesItsFuturesAsTheyEndAndMayBePushedToByAHandler) {
  FuturesUnordered<Async<int>> set;
  set.push(after(30ms, 3));
  set.push(after(10ms, 1));
  std::vector<int> ended;
  auto on_end = [&](int value) {
    ended.push_back(value);
    if (value == 1) set.push(after(10ms, 2));
    return true;
  };
  auto end = [] { return false; };
  for (;;) {
    auto round = select(on(select_next_some(set), on_end), complete(end));
    const bool more = co_await round;
    if (!more) break;
  }
  EXPECT_EQ(ended, (std::vector<int>{1, 2, 3}));
}

TEST(SelectOfASet, IsCompleteAtOnceWhenTheSetIsEmpty) {
  FuturesUnordered<Async<int>> none;
  auto unused = [](int) { return 1; };
  auto end = [] { return 2; };
  EXPECT_EQ(block_on(select(on(select_next_some(none), unused), complete(end))), 2);
}

ASYNC_TEST(SelectOfASet, PassesOverAnEmptySetUntilSomethingIsPushed) {
  FuturesUnordered<Async<int>> set;
  auto alarm = fuse(sleep(50ms));
  int rounds = 0;
  auto on_end = [&](int) { return ++rounds < 2; };
  auto on_alarm = [&] {
    set.push(after(10ms, 1));
    return ++rounds < 2;
  };
  for (;;) {
    auto round = select(on(select_next_some(set), on_end), on(alarm, on_alarm));
    const bool more = co_await round;
    if (!more) break;
  }
  EXPECT_EQ(rounds, 2);
}

}  // namespace ticks_test
}  // namespace book
