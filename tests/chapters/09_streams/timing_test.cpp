// throttle and timeout_each, in virtual time. (Chapter 09)
#include "09_streams/timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"
#include "09_streams/collect.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/then.h"
#include "10_spawning/timeout.h"
#include "script.h"
#include "support/async_test.h"

namespace book {
namespace timing_test {

using namespace std::chrono_literals;

using Timeline = std::vector<std::pair<long, std::string>>;

/// When the items of a stream came, in milliseconds of virtual time, and when its end.
template <class Make>
Timeline timeline(Make make) {
  Executor executor({.time = TimeMode::virtual_time});
  const Instant start = executor.reactor().now();
  Timeline seen;
  auto note = [&](const std::string& what) {
    const Duration passed = executor.reactor().now() - start;
    seen.emplace_back(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count(), what);
  };
  executor.block_on(make() | for_each(note));
  note("end");
  return seen;
}

AsyncStream<std::string> letters(std::vector<std::pair<char, Duration>> gaps) {
  for (auto [letter, gap] : gaps) {
    co_await sleep(gap);
    co_yield std::string(1, letter);
  }
}

std::string or_timeout(std::optional<std::string> item) { return item ? *item : "timeout"; }

TEST(Throttle, LeavesTimeBetweenItemsAndNoneBeforeTheFirst) {
  EXPECT_EQ(timeline([] {
              return iter({std::string("a"), std::string("b"), std::string("c")}) | throttle(100ms);
            }),
            (Timeline{{0, "a"}, {100, "b"}, {200, "c"}, {300, "end"}}));
}

TEST(Throttle, CostsNothingWhenItsSourceIsSlower) {
  EXPECT_EQ(timeline([] {
              return letters({{'a', 0ms}, {'b', 250ms}, {'c', 10ms}}) | throttle(100ms);
            }),
            (Timeline{{0, "a"}, {350, "b"}, {460, "c"}, {560, "end"}}));
}

ASYNC_TEST(Throttle, DoesNotAskItsSourceInThePause) {
  auto ends = test::script<int>({1, 2});
  auto stream = ends.stream | throttle(1s);
  auto first = co_await next(stream);
  EXPECT_EQ(first, 1);
  co_await sleep(500ms);
  EXPECT_EQ(ends.control.state->polls, 1);
  auto second = co_await next(stream);
  EXPECT_EQ(second, 2);
  EXPECT_EQ(ends.control.state->polls, 2);
}

TEST(TimeoutEach, SaysWhenAnItemIsLateAndStillGivesIt) {
  EXPECT_EQ(
      timeline([] {
        return letters({{'a', 50ms}, {'b', 250ms}, {'c', 99ms}}) | timeout_each(100ms) |
               map(or_timeout);
      }),
      (Timeline{
          {50, "a"}, {150, "timeout"}, {250, "timeout"}, {300, "b"}, {399, "c"}, {399, "end"}}));
}

TEST(TimeoutEach, BeginsAnewWithEveryItem) {
  EXPECT_EQ(timeline([] {
              return letters({{'a', 80ms}, {'b', 80ms}, {'c', 80ms}}) | timeout_each(100ms) |
                     map(or_timeout);
            }),
            (Timeline{{80, "a"}, {160, "b"}, {240, "c"}, {240, "end"}}));
}

TEST(TimeoutEach, DoesNotCountTheTimeInWhichNobodyAsks) {
  EXPECT_EQ(timeline([] {
              auto slowly = [](std::string text) -> Async<std::string> {
                co_await sleep(500ms);
                co_return text;
              };
              return letters({{'a', 50ms}, {'b', 50ms}}) | timeout_each(100ms) | map(or_timeout) |
                     then(slowly);
            }),
            (Timeline{{550, "a"}, {1100, "b"}, {1100, "end"}}));
}

ASYNC_TEST(TimeoutEach, BeginsAnewAfterAWaitThatWasGivenUp) {
  auto items = letters({{'a', 10'300ms}}) | timeout_each(1s);
  const auto nothing = co_await timeout(500ms, next(items));
  EXPECT_FALSE(nothing);
  co_await sleep(9'500ms);  // the timer of that wait goes off, and no task asks
  const Instant asked = Reactor::current().now();
  const auto got = co_await next(items);
  EXPECT_TRUE(got && *got) << "It said that nothing had come, after no time at all: the time of "
                              "the wait that was given up had run out.";
  EXPECT_EQ(Reactor::current().now() - asked, 300ms);
}

ASYNC_TEST(TimeoutEach, SaysThatNothingCameAfterTheWholeOfTheNewWait) {
  auto items = letters({{'a', 1h}}) | timeout_each(1s);
  const auto nothing = co_await timeout(500ms, next(items));
  EXPECT_FALSE(nothing);
  co_await sleep(9'500ms);
  const Instant asked = Reactor::current().now();
  const auto got = co_await next(items);
  EXPECT_TRUE(got && !*got);
  EXPECT_EQ(Reactor::current().now() - asked, 1s);
}

TEST(Timing, LeavesNoTimerBehindWhenItIsDropped) {
  Executor executor({.time = TimeMode::virtual_time});
  test::Hand hand;
  const Reactor::Scope scope(executor.reactor());
  {
    auto throttled = iter({1, 2}) | throttle(1s);
    EXPECT_EQ(hand.take(throttled), 1);
    EXPECT_TRUE(hand.is_pending(throttled));
    auto [source, control] = test::script<int>({test::Wait{}});
    auto late = source | timeout_each(1s);
    EXPECT_TRUE(hand.is_pending(late));
    EXPECT_EQ(executor.reactor().waiting().timers, 2u);
  }
  EXPECT_EQ(executor.reactor().waiting().timers, 0u);
}

TEST(TimeoutEach, DisarmsItsTimerWhenTheItemComes) {
  Executor executor({.time = TimeMode::virtual_time});
  test::Hand hand;
  const Reactor::Scope scope(executor.reactor());
  auto [source, control] = test::script<int>({test::Wait{}, 1});
  auto stream = source | timeout_each(1s);
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(executor.reactor().waiting().timers, 0u);
}

}  // namespace timing_test
}  // namespace book
