#include "exercise/any_stream.h"

#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/generator.h"
#include "09_streams/sources.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace {

using exercise::AnyStream;
using test::Hand;
using Numbers = std::vector<int>;

/// Two items and the end; counts its polls.
struct TwoItems {
  using Item = int;
  PollItem<int> poll_next(Context&) {
    const int poll = ++*polls;
    if (poll == 3) return PollItem<int>::ready();
    return PollItem<int>::ready(std::in_place, poll);
  }
  int* polls;
  std::optional<test::DropCounter::Token> token = {};
};

/// Never has an item, and keeps the waker of the task that asks.
struct Silent {
  using Item = int;
  PollItem<int> poll_next(Context& cx) {
    cx.store(waker, "nothing");
    return pending;
  }
  test::DropCounter::Token token;
  Waker waker = {};
};

struct Fails {
  using Item = int;
  PollItem<int> poll_next(Context&) {
    ++*polls;
    throw std::runtime_error("torn");
  }
  int* polls;
};

AsyncStream<int> counts(int to) {
  for (int i = 1; i <= to; ++i) {
    co_await yield_now();
    co_yield i;
  }
}

TEST(AnyStream, HoldsAnyStream) {
  const Hand hand;
  AnyStream<int> first(iter(Numbers{1, 2}));
  EXPECT_EQ(hand.take(first), 1) << "The first item is missing.";
  EXPECT_EQ(hand.take(first), 2);
  AnyStream<int> second(counts(3));
  EXPECT_EQ(block_on(second | collect<Numbers>()), (Numbers{1, 2, 3}));
}

TEST(AnyStream, IsMovedAndNotCopied) {
  EXPECT_FALSE(std::is_copy_constructible_v<AnyStream<int>>)
      << "Two copies of it would take the items from one another, and each would wait with the "
         "waker of the other one's task. A box is moved, not copied.";
  const Hand hand;
  AnyStream<int> first(iter(Numbers{1, 2}));
  EXPECT_EQ(hand.take(first), 1);
  AnyStream<int> second = std::move(first);
  EXPECT_EQ(hand.take(second), 2);
}

TEST(AnyStream, EndsForGood) {
  const Hand hand;
  int polls = 0;
  test::DropCounter drops;
  AnyStream<int> stream(TwoItems{&polls, drops.token()});
  EXPECT_FALSE(stream.is_terminated());
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_EQ(hand.take(stream), std::nullopt);
  EXPECT_EQ(hand.take(stream), std::nullopt) << "After its end the stream was polled again, and "
                                                "began anew. A stream that has ended is not "
                                                "asked any more.";
  EXPECT_TRUE(stream.is_terminated()) << "It has ended, and says that it has not.";
  EXPECT_EQ(drops.live(), 0) << "What has ended goes, and does not wait for the box to go.";
}

TEST(AnyStream, EndsWithAnException) {
  const Hand hand;
  int polls = 0;
  AnyStream<int> stream(Fails{&polls});
  EXPECT_THROW(hand.take(stream), std::runtime_error);
  EXPECT_TRUE(stream.is_terminated())
      << "An exception is the end of a stream: there will be no items.";
}

TEST(AnyStream, IsReplacedByAnother) {
  const Hand hand;
  test::DropCounter drops;
  AnyStream<int> stream(Silent{drops.token()});
  EXPECT_TRUE(hand.waits(stream));
  stream.replace(AnyStream<int>(iter(Numbers{7})));
  EXPECT_EQ(drops.live(), 0) << "The old stream goes at once: it will never be asked again.";
  EXPECT_EQ(hand.wakes(), 1)
      << "A task waited for the next item, and was never woken. The new stream does not know it: "
         "only a poll can tell it who waits. Keep the waker in the box as well.";
  EXPECT_EQ(hand.take(stream), 7);
  EXPECT_EQ(hand.take(stream), std::nullopt);
  EXPECT_EQ(hand.waker.kept(), 0) << "Nobody waits any more, and a waker is kept.";
  stream.replace(AnyStream<int>(iter(Numbers{8})));
  EXPECT_EQ(hand.wakes(), 1) << "Nobody waited.";
  EXPECT_EQ(hand.take(stream), 8) << "One that has ended may be given another stream.";
}

TEST(AnyStream, WakesTheTaskThatAskedLast) {
  const Hand first, last;
  test::DropCounter drops;
  AnyStream<int> stream(Silent{drops.token()});
  EXPECT_TRUE(first.waits(stream));
  EXPECT_TRUE(last.waits(stream));
  stream.replace(AnyStream<int>(iter(Numbers{7})));
  EXPECT_EQ(first.wakes(), 0) << "Two tasks have asked, and the first of them was woken, which is "
                                 "no longer the one that waits: each poll may bring another waker.";
  EXPECT_EQ(last.wakes(), 1) << "The waker of the latest poll is the one that counts.";
}

}  // namespace
}  // namespace book
