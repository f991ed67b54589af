// Where streams come from: iter, once, repeat, empty, unfold, Countdown. (Chapter 09)
#include "09_streams/sources.h"

#include <gtest/gtest.h>

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/story/countdown.h"
#include "script.h"

namespace book {
namespace sources_test {

using Ints = std::vector<int>;

static_assert(Stream<Countdown> && Stream<AsyncStream<int>>);
static_assert(Stream<streams::Iter<Ints>> && Stream<streams::Iter<const Ints&>>);
static_assert(Stream<streams::Repeat<int>> && Stream<streams::Empty<int>>);

template <class S>
std::vector<ItemOf<S>> all(S&& stream) {
  return block_on(std::forward<S>(stream) | collect<std::vector<ItemOf<S>>>());
}

TEST(Countdown, CountsDownAndStaysAtItsEnd) {
  Countdown stream(2);
  test::Hand hand;
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(hand.take(stream), std::nullopt);
  EXPECT_EQ(hand.take(stream), std::nullopt);
}

TEST(Countdown, IsTheSameByCoroutine) {
  for (int from : {-1, 0, 1, 5}) EXPECT_EQ(all(Countdown(from)), all(countdown(from)));
}

TEST(Iter, GivesTheElementsOfARange) {
  EXPECT_EQ(all(iter({1, 2, 3})), (Ints{1, 2, 3}));
  EXPECT_EQ(all(iter(std::list<int>{4, 5})), (Ints{4, 5}));
  EXPECT_EQ(all(iter(std::string("ab"))), (std::vector<char>{'a', 'b'}));
  EXPECT_EQ(all(iter(Ints{})), Ints{});
}

TEST(Iter, CopiesFromARangeThatItBorrows) {
  const std::vector<std::string> words{"one", "two"};
  EXPECT_EQ(all(iter(words)), words);
  EXPECT_EQ(words[0], "one");
}

TEST(Iter, MovesOutOfARangeThatItOwns) {
  std::vector<std::unique_ptr<int>> boxes;
  boxes.push_back(std::make_unique<int>(7));
  auto out = all(iter(std::move(boxes)));
  ASSERT_EQ(out.size(), 1u);
  EXPECT_EQ(*out[0], 7);
}

TEST(Iter, GivesVectorOfBoolAndMaps) {
  EXPECT_EQ(all(iter(std::vector<bool>{true, false})), (std::vector<bool>{true, false}));
  auto pairs = all(iter(std::map<int, std::string>{{1, "a"}}));
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].second, "a");
}

TEST(Iter, MovesBeforeItsFirstPollAndNeverAfter) {
  auto stream = iter(std::string("short"));  // one whose iterators do not survive a move
  auto moved = std::move(stream);
  test::Hand hand;
  EXPECT_EQ(hand.take(moved), 's');
  EXPECT_THROW([[maybe_unused]] auto again = std::move(moved), std::logic_error);
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_EQ(moved.poll_next(hand.cx).value(), 'h') << "a refused move leaves it whole";
}

TEST(Once, GivesItsValueOnce) {
  auto stream = once(std::make_unique<int>(5));
  test::Hand hand;
  auto first = hand.take(stream);
  ASSERT_TRUE(first);
  EXPECT_EQ(**first, 5);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
}

TEST(Once, TellsAnEmptyItemFromTheEnd) {
  auto stream = once(std::optional<int>());
  test::Hand hand;
  auto item = hand.take(stream);
  ASSERT_TRUE(item.has_value());
  EXPECT_FALSE(item->has_value());
  EXPECT_FALSE(hand.take(stream).has_value());
}

TEST(Repeat, NeverEnds) {
  auto stream = repeat(std::string("again"));
  test::Hand hand;
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(hand.take(stream), "again");
}

TEST(Empty, IsAtItsEnd) {
  auto stream = empty<int>();
  test::Hand hand;
  EXPECT_FALSE(hand.take(stream));
}

TEST(Unfold, CallsItsFunctionWithItsStateUntilItGivesNothing) {
  auto powers = [](int& value) -> std::optional<int> {
    value *= 2;
    if (value > 20) return std::nullopt;
    return value;
  };
  EXPECT_EQ(all(unfold(1, powers)), (Ints{2, 4, 8, 16}));
}

TEST(Unfold, StaysAtItsEnd) {
  int calls = 0;
  auto none = [&](int&) -> std::optional<int> { return ++calls, std::nullopt; };
  auto stream = unfold(0, none);
  test::Hand hand;
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(calls, 1);
}

TEST(Unfold, AwaitsAFunctionThatGivesAFuture) {
  auto step = [](int& value) -> Async<std::optional<int>> {
    co_await yield_now();
    std::optional<int> item;
    if (++value <= 3) item = value;  // the reference is good: the stream stays where it is
    co_return item;
  };
  EXPECT_EQ(all(unfold(0, step)), (Ints{1, 2, 3}));
}

TEST(Unfold, IsNotMovedOnceACoroutineRefersToItsState) {
  auto step = [](int& value) -> Async<std::optional<int>> {
    co_await yield_now();
    std::optional<int> item = ++value;
    co_return item;
  };
  auto stream = unfold(0, step);
  test::Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_THROW([[maybe_unused]] auto moved = std::move(stream), std::logic_error);
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_EQ(stream.poll_next(hand.cx).value(), 1);
}

}  // namespace sources_test
}  // namespace book
