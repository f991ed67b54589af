// BoxFuture<T>: what goes in, how it ends, and how it is awaited. (Chapter 16)
#include "16_workarounds/boxed_future.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "07_join/join_all.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace boxed_future_test {

using test::Hand;

Async<int> seven_after_a_yield() {
  co_await yield_now();
  co_return 7;
}
Async<int> fails_after_a_yield() {
  co_await yield_now();
  throw std::runtime_error("no");
}

TEST(BoxFuture, IsTwoPointersWide) {
  EXPECT_EQ(sizeof(BoxFuture<int>), 2 * sizeof(void*));
  EXPECT_EQ(sizeof(BoxFuture<std::string>), 2 * sizeof(void*));
  EXPECT_TRUE((std::is_same_v<decltype(boxed(ready(1))), BoxFuture<int>>));
  EXPECT_TRUE((std::is_same_v<decltype(boxed(boxed(ready(1)))), BoxFuture<int>>));
  EXPECT_FALSE(std::is_copy_constructible_v<BoxFuture<int>>);
  EXPECT_FALSE((std::is_constructible_v<BoxFuture<int>, BoxFuture<int>&>))
      << "neither copied, nor borrowed by accident";
  EXPECT_FALSE((std::is_constructible_v<BoxFuture<int>, Async<>>)) << "another output";
}

TEST(BoxFuture, HoldsFuturesOfManyTypesInOneVector) {
  std::vector<BoxFuture<int>> all;
  all.push_back(seven_after_a_yield());
  all.push_back(ready(8));
  all.push_back(yield_now() | map([] { return 9; }));
  all.push_back(join(ready(4), seven_after_a_yield()) |
                map([](const auto& both) { return std::get<0>(both) + std::get<1>(both); }));
  EXPECT_EQ(block_on(join_all(std::move(all))), (std::vector<int>{7, 8, 9, 11}));
}

TEST(BoxFuture, BorrowsWhatHasAName) {
  auto future = ready(std::make_unique<int>(7));
  {
    auto box = boxed(future);
    (void)box;
  }
  auto box = boxed(future);
  EXPECT_EQ(*block_on(std::move(box)), 7) << "the first box, dropped, has left it alone";
  auto async = seven_after_a_yield();
  EXPECT_EQ(block_on(boxed(async)), 7);
}

TEST(BoxFuture, RefusesAFutureThatWasPolled) {
  Hand hand;
  auto future = yield_now();
  EXPECT_TRUE(hand.is_pending(future));
  EXPECT_THROW((void)boxed(std::move(future)), std::logic_error);
  auto async = seven_after_a_yield();
  EXPECT_TRUE(hand.is_pending(async));
  EXPECT_EQ(block_on(boxed(std::move(async))), 7) << "an Async's handle moves at any time";
}

TEST(BoxFuture, MovesWhileItWaits) {
  Hand hand;
  for (int kind = 0; kind < 2; ++kind) {
    auto box =
        kind == 0 ? boxed(seven_after_a_yield()) : boxed(yield_now() | map([] { return 7; }));
    EXPECT_TRUE(hand.is_pending(box));
    BoxFuture<int> other = std::move(box);
    EXPECT_THROW((void)hand.poll(box), std::logic_error);
    box = std::move(other);
    EXPECT_EQ(hand.poll(box).value(), 7);
    EXPECT_THROW((void)hand.poll(box), std::logic_error);
  }
}

TEST(BoxFuture, DropsWhatItHeldWhenAnotherIsAssigned) {
  test::DropCounter drops;
  auto box = boxed(never<int>() | map([token = drops.token()](int n) { return n; }));
  EXPECT_EQ(drops.live(), 1);
  box = boxed(ready(8));
  EXPECT_EQ(drops.live(), 0);
  BoxFuture<int>& itself = box;
  box = std::move(itself);
  EXPECT_EQ(block_on(std::move(box)), 8);
}

TEST(BoxFuture, LetsGoOfWhatHasEnded) {
  test::DropCounter drops;
  Hand hand;
  auto make = [&](bool fails) {
    return poll_fn([fails, token = drops.token()](Context&) -> Poll<int> {
      if (fails) throw std::runtime_error("no");
      return 7;
    });
  };
  auto box = boxed(make(false));
  EXPECT_EQ(hand.poll(box).value(), 7);
  EXPECT_EQ(drops.live(), 0) << "not only when the box goes";
  box = boxed(make(true));
  EXPECT_THROW((void)hand.poll(box), std::runtime_error);
  EXPECT_EQ(drops.live(), 0);
}

// ---- in a coroutine -----------------------------------------------------------------------------

Async<int> awaits(BoxFuture<int> box, bool by_name) {
  if (by_name) {
    const int value = co_await box;
    co_return value;
  }
  const int value = co_await std::move(box);
  co_return value;
}

TEST(BoxFuture, IsAwaitedByNameOrAsATemporary) {
  for (const bool by_name : {true, false}) {
    EXPECT_EQ(block_on(awaits(boxed(seven_after_a_yield()), by_name)), 7);
    EXPECT_EQ(block_on(awaits(boxed(yield_now() | map([] { return 7; })), by_name)), 7);
    EXPECT_EQ(block_on(awaits(boxed(ready(7)), by_name)), 7);
    EXPECT_THROW(block_on(awaits(boxed(fails_after_a_yield()), by_name)), std::runtime_error);
  }
}

TEST(BoxFuture, IsAwaitedByAnotherOneWhenItWasBegun) {
  Hand hand;
  auto box = boxed(seven_after_a_yield());
  EXPECT_TRUE(hand.is_pending(box));
  EXPECT_EQ(block_on(awaits(std::move(box), false)), 7);
}

TEST(BoxFuture, ThatIsEmptyIsNotAwaited) {
  auto box = boxed(seven_after_a_yield());
  const auto other = std::move(box);
  EXPECT_THROW(block_on(awaits(std::move(box), false)), std::logic_error);
}

/// Three kinds of wait, one after the other, each in a box.
Async<int> three_boxes(test::DropCounter::Token token) {
  int sum = 0;
  BoxFuture<int> coroutine = boxed(seven_after_a_yield());
  const int first = co_await std::move(coroutine);
  BoxFuture<int> future = boxed(yield_now() | map([token] { return 1; }));
  const int second = co_await std::move(future);
  BoxFuture<int> borrowed = boxed(seven_after_a_yield());
  const int third = co_await borrowed;
  sum = first + second + third;
  co_return sum;
}

TEST(BoxFuture, MayBeDroppedAtEachAwait) {
  for (int polls = 0; polls <= 4; ++polls) {
    test::DropCounter drops;
    Hand hand;
    {
      std::optional box(boxed(three_boxes(drops.token())));
      for (int i = 0; i < polls && i < 3; ++i) EXPECT_TRUE(hand.is_pending(*box)) << polls;
      if (polls == 4) {
        EXPECT_EQ(hand.poll(*box).value(), 15);
      } else {
        EXPECT_GT(drops.live(), 0);
      }
      box.reset();
      EXPECT_EQ(drops.live(), 0) << "dropped after " << polls << " polls";
    }
    EXPECT_EQ(hand.waker.kept(), 0);
  }
}

}  // namespace boxed_future_test
}  // namespace book
