// FuturesOrdered: in the order of the pushes, whoever ends first. (Chapter 08)
#include "08_select/futures_ordered.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "common/stream.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace futures_ordered_test {

using namespace std::chrono_literals;
using test::Doors;
using test::Enter;

static_assert(FusedStream<FuturesOrdered<Enter>>);

Async<int> after(Duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}
Async<int> fails_after(Duration wait) {
  co_await sleep(wait);
  throw std::runtime_error("no");
}

ASYNC_TEST(FuturesOrdered, GivesThemInTheOrderOfThePushes) {
  FuturesOrdered<Async<int>> set;
  set.push(after(30ms, 1));
  set.push(after(10ms, 2));
  set.push(after(20ms, 3));
  set.push_front(after(5ms, 0));
  EXPECT_EQ(set.size(), 4u);
  const Instant start = Reactor::current().now();
  std::vector<int> seen;
  for (;;) {
    auto item = co_await next(set);
    if (!item) break;
    seen.push_back(*item);
  }
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(Reactor::current().now() - start, 30ms) << "All of them are under way at once.";
}

ASYNC_TEST(FuturesOrdered, GrowsWhileItRuns) {
  FuturesOrdered<Async<int>> set;
  auto nothing = co_await next(set);
  EXPECT_FALSE(nothing);
  EXPECT_TRUE(set.is_terminated());
  set.push(after(10ms, 1));
  EXPECT_FALSE(set.is_terminated());
  auto first = co_await next(set);
  EXPECT_EQ(first, 1);
  set.push(after(10ms, 3));
  set.push_front(after(20ms, 2));
  auto second = co_await next(set);
  EXPECT_EQ(second, 2);
  auto third = co_await next(set);
  EXPECT_EQ(third, 3);
}

ASYNC_TEST(FuturesOrdered, ThrowsWhenItsTurnComesAndGoesOn) {
  FuturesOrdered<Async<int>> set;
  set.push(after(20ms, 1));
  set.push(fails_after(10ms));
  set.push(after(30ms, 3));
  auto first = co_await next(set);
  EXPECT_EQ(first, 1) << "What has thrown early waits for its turn, as a value does.";
  bool thrown = false;
  try {
    (void)co_await next(set);
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  EXPECT_TRUE(thrown);
  auto third = co_await next(set);
  EXPECT_EQ(third, 3);
  auto end = co_await next(set);
  EXPECT_FALSE(end);
}

TEST(FuturesOrdered, PollsOnlyWhoWasWoken) {
  Doors doors(3);
  FuturesOrdered<Enter> set;
  for (std::size_t i = 0; i < 3; ++i) set.push(doors.enter(i, static_cast<int>(i)));
  test::CountingWaker waker;
  Context cx(waker.waker());
  EXPECT_TRUE(set.poll_next(cx).is_pending());
  doors.open(1);
  EXPECT_TRUE(set.poll_next(cx).is_pending()) << "1 is there, and waits for 0.";
  EXPECT_EQ(doors.polls(0), 1);
  EXPECT_EQ(doors.polls(1), 2);
  doors.open(0);
  EXPECT_EQ(set.poll_next(cx).value(), 0);
  EXPECT_EQ(set.poll_next(cx).value(), 1);
  EXPECT_TRUE(set.poll_next(cx).is_pending());
  EXPECT_EQ(doors.polls(2), 1);
}

TEST(FuturesOrdered, OfVoidGivesMonostate) {
  FuturesOrdered<Ready<void>> set;
  set.push(ready());
  test::CountingWaker waker;
  Context cx(waker.waker());
  EXPECT_EQ(set.poll_next(cx).value(), std::monostate());
  EXPECT_EQ(set.poll_next(cx).value(), std::nullopt);
}

TEST(FuturesOrdered, DroppedAtAnyMomentItDropsEverything) {
  for (std::size_t opened = 0; opened <= 4; ++opened) {
    Doors doors(4);
    test::CountingWaker waker;
    {
      FuturesOrdered<Enter> set;
      for (std::size_t i = 0; i < doors.size(); ++i) set.push(doors.enter(i, 0));
      Context cx(waker.waker());
      for (std::size_t i = 0; i < opened; ++i) {
        (void)set.poll_next(cx);
        doors.open(doors.size() - 1 - i);  // the last first: their values wait for their turn
      }
    }
    EXPECT_EQ(doors.alive(), 0) << opened;
    EXPECT_EQ(waker.kept(), 0) << opened;
  }
}

TEST(FuturesOrdered, KeepsTheContract) {
  test::expect_contract(
      [] {
        auto doors = std::make_shared<Doors>(2);
        FuturesOrdered<Enter> set;
        set.push(doors->enter(0, 7));
        set.push(doors->enter(1, 8));
        return test::subject(next(std::move(set)), [doors] { doors->open(0); });
      },
      {}, [](const std::optional<int>& item) { return item == 7; });
}

}  // namespace futures_ordered_test
}  // namespace book
