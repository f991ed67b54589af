// AsyncStream<T>: streams written as coroutines. (Chapter 09)
#include "09_streams/generator.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "script.h"
#include "support/drop_counter.h"

namespace book {
namespace generator_test {

using namespace std::chrono_literals;
using Ints = std::vector<int>;
using test::DropCounter;

AsyncStream<int> up_to(int last) {
  for (int i = 1; i <= last; ++i) co_yield i;
}

Async<int> half(int value, int depth) {
  int result = 0;
  if (depth > 0) {
    result = co_await half(value, depth - 1);
  } else {
    co_await yield_now();
    result = value / 2;
  }
  co_return result;
}

AsyncStream<std::string> greets(std::string name) {
  co_yield "hello, " + name;
  co_await sleep(1s);
  co_yield "goodbye, " + name;
}

TEST(AsyncStream, RunsNothingUntilItIsAsked) {
  bool ran = false;
  auto body = [](bool& flag) -> AsyncStream<int> {
    flag = true;
    co_yield 1;
  };
  auto stream = body(ran);
  EXPECT_FALSE(ran);
  test::Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(ran);
}

TEST(AsyncStream, StopsAtEachYieldUntilItIsAskedAgain) {
  int at = 0;
  auto body = [](int& place) -> AsyncStream<int> {
    place = 1;
    co_yield 10;
    place = 2;
    co_yield 20;
    place = 3;
  };
  auto stream = body(at);
  test::Hand hand;
  EXPECT_EQ(hand.take(stream), 10);
  EXPECT_EQ(at, 1);
  EXPECT_EQ(hand.take(stream), 20);
  EXPECT_EQ(at, 2);
  EXPECT_FALSE(stream.is_terminated());
  EXPECT_EQ(hand.take(stream), std::nullopt);
  EXPECT_EQ(at, 3);
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_EQ(hand.take(stream), std::nullopt) << "it stays at its end";
}

TEST(AsyncStream, MayAwaitBetweenItsItems) {
  const auto lines = block_on(greets("Ada") | collect<std::vector<std::string>>(),
                              {.time = TimeMode::virtual_time});
  EXPECT_EQ(lines, (std::vector<std::string>{"hello, Ada", "goodbye, Ada"}));
}

TEST(AsyncStream, MayCallAsyncFunctionsToAnyDepth) {
  auto body = []() -> AsyncStream<int> {
    for (int i = 0; i < 6; i += 2) {
      int value = co_await half(i, 5);
      co_yield value;
    }
  };
  EXPECT_EQ(block_on(body() | collect<Ints>()), (Ints{0, 1, 2}));
}

TEST(AsyncStream, MayBeMadeOfAnother) {
  auto doubled = [](AsyncStream<int> inner) -> AsyncStream<int> {
    for (;;) {
      auto item = co_await next(inner);
      if (!item) break;
      co_yield *item * 2;
    }
  };
  EXPECT_EQ(block_on(doubled(doubled(up_to(3))) | collect<Ints>()), (Ints{4, 8, 12}));
}

TEST(AsyncStream, YieldsWhatCanOnlyBeMoved) {
  auto body = []() -> AsyncStream<std::unique_ptr<int>> {
    co_yield std::make_unique<int>(4);
    auto named = std::make_unique<int>(5);
    co_yield std::move(named);
  };
  auto stream = body();
  test::Hand hand;
  EXPECT_EQ(**hand.take(stream), 4);
  EXPECT_EQ(**hand.take(stream), 5);
  EXPECT_FALSE(hand.take(stream));
}

TEST(AsyncStream, YieldsACopyOfWhatItKeeps) {
  auto body = []() -> AsyncStream<std::string> {
    std::string kept = "mine";
    co_yield kept;
    kept += "!";
    co_yield kept;
  };
  EXPECT_EQ(block_on(body() | collect<std::vector<std::string>>()),
            (std::vector<std::string>{"mine", "mine!"}));
}

TEST(AsyncStream, ThrowsOnceAndHasEnded) {
  auto body = []() -> AsyncStream<int> {
    co_yield 1;
    co_await yield_now();
    throw std::runtime_error("no more");
  };
  auto stream = body();
  test::Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_EQ(hand.take(stream), std::nullopt);
}

TEST(AsyncStream, CatchesWhatItAwaits) {
  auto fails = []() -> Async<int> {
    co_await yield_now();
    throw std::runtime_error("inner");
  };
  auto body = [fails]() -> AsyncStream<std::string> {
    std::string seen;
    try {
      (void)co_await fails();
    } catch (const std::runtime_error& error) {
      seen = error.what();
    }
    co_yield seen;
  };
  EXPECT_EQ(block_on(body() | collect<std::vector<std::string>>()),
            (std::vector<std::string>{"inner"}));
}

TEST(AsyncStream, GivesAMillionItemsOnAFlatStack) {
  auto stream = up_to(1'000'000);
  EXPECT_EQ(block_on(stream | fold(0L, [](long sum, int item) { return sum + item; })),
            500'000'500'000L);
}

AsyncStream<DropCounter::Token> holds_tokens(const DropCounter& drops) {
  const DropCounter::Token local = drops.token();
  for (int i = 0; i < 3; ++i) {
    const DropCounter::Token inner = drops.token();
    co_await yield_now();
    co_yield drops.token();
  }
}

TEST(AsyncStream, CanBeDroppedWhereverItStands) {
  for (int polls = 0; polls <= 8; ++polls) {
    const DropCounter drops;
    test::Hand hand;
    {
      auto stream = holds_tokens(drops);
      for (int i = 0; i < polls; ++i) (void)stream.poll_next(hand.cx);
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

TEST(AsyncStream, LetsGoOfItsFrameAtItsEnd) {
  const DropCounter drops;
  test::Hand hand;
  auto stream = holds_tokens(drops);
  while (!stream.is_terminated()) (void)stream.poll_next(hand.cx);
  EXPECT_EQ(drops.live(), 0);
}

TEST(AsyncStream, MovesAtAnyTimeAndCanBeAssigned) {
  test::Hand hand;
  auto stream = up_to(3);
  EXPECT_EQ(hand.take(stream), 1);
  auto moved = std::move(stream);
  EXPECT_EQ(hand.take(moved), 2);
  stream = up_to(1);
  EXPECT_EQ(hand.take(stream), 1);
  stream = std::move(moved);
  EXPECT_EQ(hand.take(stream), 3);
  auto& same = stream;
  stream = std::move(same);
  EXPECT_EQ(hand.take(stream), std::nullopt);
}

TEST(AsyncStream, RefusesToBePolledAfterItWasMovedAway) {
  test::Hand hand;
  auto stream = up_to(3);
  auto moved = std::move(stream);
  try {
    (void)stream.poll_next(hand.cx);  // NOLINT: that is the point
    FAIL() << "polled";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "an AsyncStream was polled after it was moved from");
  }
}

TEST(AsyncStream, RefusesToBePolledByItself) {
  std::vector<AsyncStream<int>> shelf;
  auto body = [](std::vector<AsyncStream<int>>& where_i_am) -> AsyncStream<int> {
    auto again = co_await next(where_i_am.front());
    if (again) co_yield *again;
  };
  shelf.push_back(body(shelf));
  try {
    (void)block_on(next(shelf.front()));
    FAIL() << "polled";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(),
                 "an AsyncStream was polled by itself, in the course of its own poll");
  }
}

}  // namespace generator_test
}  // namespace book
