// BoxStream<T>. (Chapter 16)
#include "16_workarounds/boxed_stream.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace boxed_stream_test {

using test::Hand;
using Numbers = std::vector<int>;

AsyncStream<int> counts(int to, test::DropCounter::Token token) {
  (void)token;
  for (int i = 1; i <= to; ++i) {
    co_await yield_now();
    co_yield i;
  }
}
AsyncStream<int> fails_after_one() {
  co_yield 1;
  throw std::runtime_error("no");
}

TEST(BoxStream, HoldsAnyStream) {
  test::DropCounter drops;
  std::vector<BoxStream<int>> all;
  all.push_back(boxed_stream(iter(Numbers{1, 2, 3})));
  all.push_back(boxed_stream(counts(3, drops.token())));
  all.push_back(iter(Numbers{0, 1, 2, 3}) | skip(1));
  all.push_back(boxed_stream(boxed_stream(iter(Numbers{1, 2, 3}))));
  for (BoxStream<int>& stream : all) {
    EXPECT_EQ(block_on(stream | collect<Numbers>()), (Numbers{1, 2, 3}));
    EXPECT_TRUE(stream.is_terminated());
  }
  EXPECT_EQ(drops.live(), 0);
  EXPECT_FALSE(std::is_copy_constructible_v<BoxStream<int>>);
}

TEST(BoxStream, BorrowsWhatHasAName) {
  auto numbers = iter(Numbers{1, 2, 3});
  auto first = boxed_stream(numbers);
  const Hand hand;
  EXPECT_EQ(hand.take(first), 1);
  EXPECT_EQ(hand.take(numbers), 2);
}

TEST(BoxStream, EndsOnceAndForAll) {
  test::DropCounter drops;
  const Hand hand;
  auto stream = boxed_stream(iter(Numbers{1}) | map([token = drops.token()](int n) { return n; }));
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_FALSE(stream.is_terminated());
  EXPECT_EQ(drops.live(), 1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(hand.take(stream), std::nullopt);
    EXPECT_TRUE(stream.is_terminated());
    EXPECT_EQ(drops.live(), 0) << "what has ended goes at once";
  }
  auto other = std::move(stream);
  EXPECT_EQ(hand.take(other), std::nullopt);
}

TEST(BoxStream, EndsWithAnException) {
  const Hand hand;
  auto stream = boxed_stream(fails_after_one());
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_THROW(hand.take(stream), std::runtime_error);
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_EQ(hand.take(stream), std::nullopt);
}

TEST(BoxStream, MovesWhileItWaits) {
  test::DropCounter drops;
  const Hand hand;
  auto stream = boxed_stream(counts(2, drops.token()));
  EXPECT_TRUE(hand.waits(stream));
  auto other = std::move(stream);
  EXPECT_THROW((void)hand.waits(stream), std::logic_error);
  EXPECT_EQ(hand.take(other), 1);
  other = boxed_stream(iter(Numbers{5}));
  EXPECT_EQ(drops.live(), 0);
  EXPECT_EQ(hand.take(other), 5);
}

TEST(BoxStream, MayBeDroppedAtEachItem) {
  for (int polls = 0; polls <= 4; ++polls) {
    test::DropCounter drops;
    const Hand hand;
    {
      auto stream = boxed_stream(counts(2, drops.token()));
      Context cx(hand.waker.waker());
      for (int i = 0; i < polls; ++i) (void)stream.poll_next(cx);
    }
    EXPECT_EQ(drops.live(), 0) << "dropped after " << polls << " polls";
    EXPECT_EQ(hand.waker.kept(), 0);
  }
}

}  // namespace boxed_stream_test
}  // namespace book
