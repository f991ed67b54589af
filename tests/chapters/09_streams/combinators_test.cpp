// Stream to stream, one source or two: what each of them gives, when it waits, and what it does to
// its source. (Chapter 09)
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "09_streams/chain_zip.h"
#include "09_streams/chunks.h"
#include "09_streams/collect.h"
#include "09_streams/flatten.h"
#include "09_streams/fuse.h"
#include "09_streams/map_filter.h"
#include "09_streams/peekable.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "09_streams/then.h"
#include "script.h"

namespace book {
namespace combinators_test {

using test::Breathe;
using test::Fail;
using test::Hand;
using test::script;
using test::Wait;
using Ints = std::vector<int>;

template <class S>
std::vector<ItemOf<S>> all(S&& stream) {
  return block_on(std::forward<S>(stream) | collect<std::vector<ItemOf<S>>>());
}

bool is_even(int value) { return value % 2 == 0; }
bool is_small(int value) { return value < 3; }
int twice(int value) { return 2 * value; }

TEST(StreamMap, SendsEveryItemThroughItsFunction) {
  EXPECT_EQ(all(iter({1, 2, 3}) | map(twice)), (Ints{2, 4, 6}));
  EXPECT_EQ(all(iter({1, 2}) | map([](int i) { return std::to_string(i); })),
            (std::vector<std::string>{"1", "2"}));
}

TEST(StreamMap, IsTheMapOfFuturesToo) {
  const auto step = map(twice);
  EXPECT_EQ(block_on(ready(4) | step), 8);
  EXPECT_EQ(all(once(4) | step), (Ints{8}));
}

TEST(StreamMap, TakesWhatCanOnlyBeMoved) {
  auto unbox = [](std::unique_ptr<int> box) { return *box; };
  EXPECT_EQ(all(once(std::make_unique<int>(3)) | map(unbox)), (Ints{3}));
}

TEST(Filter, PassesWhatItsPredicateLikes) {
  EXPECT_EQ(all(iter({1, 2, 3, 4}) | filter(is_even)), (Ints{2, 4}));
  EXPECT_EQ(all(iter({1, 3}) | filter(is_even)), Ints{});
}

TEST(Filter, WaitsWhenItsSourceWaitsBehindAnItemThatFails) {
  auto [source, control] = script<int>({1, Wait{}, 2});
  auto stream = source | filter(is_even);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_EQ(hand.take(stream), 2);
}

TEST(FilterMap, PassesWhatItsFunctionMakes) {
  auto half = [](int value) -> std::optional<std::string> {
    if (value % 2) return std::nullopt;
    return std::to_string(value / 2);
  };
  EXPECT_EQ(all(iter({1, 2, 3, 4}) | filter_map(half)), (std::vector<std::string>{"1", "2"}));
}

TEST(Inspect, SeesEveryItemAndChangesNone) {
  Ints seen;
  EXPECT_EQ(all(iter({1, 2}) | inspect([&](const int& value) { seen.push_back(value); })),
            (Ints{1, 2}));
  EXPECT_EQ(seen, (Ints{1, 2}));
}

TEST(Scan, KeepsAStateAndEndsWhenItsFunctionSaysSo) {
  auto sum_below = [](int& sum, int value) -> std::optional<int> {
    sum += value;
    if (sum > 6) return std::nullopt;
    return sum;
  };
  auto [source, control] = script<int>({1, 2, 3, 4, 5});
  auto stream = source | scan(0, sum_below);
  EXPECT_EQ(all(stream), (Ints{1, 3, 6}));
  EXPECT_EQ(all(stream), Ints{});
  EXPECT_EQ(control.state->steps.size(), 1u) << "5 was not asked for";
}

TEST(Enumerate, CountsFromZero) {
  using Pair = std::pair<std::size_t, char>;
  EXPECT_EQ(all(iter({'a', 'b'}) | enumerate()), (std::vector<Pair>{{0, 'a'}, {1, 'b'}}));
}

TEST(StreamThen, AwaitsItsFutureBeforeItAsksForTheNextItem) {
  auto [source, control] = script<int>({1, 2});
  auto later = [](int value) -> Async<int> {
    co_await yield_now();
    co_return value + 10;
  };
  auto stream = source | then(later);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(control.state->polls, 1);
  EXPECT_EQ(hand.take(stream), 11);
  EXPECT_EQ(control.state->polls, 1);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(hand.take(stream), 12);
  EXPECT_FALSE(hand.take(stream));
}

TEST(StreamThen, GivesMonostateForAFutureOfNothing) {
  auto stream = iter({1, 2}) | then([](int) { return ready(); });
  static_assert(std::is_same_v<decltype(stream)::Item, std::monostate>);
  EXPECT_EQ(all(std::move(stream)).size(), 2u);
}

TEST(StreamThen, IsNotMovedWhileAFutureIsUnderWay) {
  auto stream = iter({1}) | then([](int) { return yield_now(); });
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_THROW([[maybe_unused]] auto moved = std::move(stream), std::logic_error);
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move): a refused move
  EXPECT_TRUE(stream.poll_next(hand.cx).value());
}

TEST(Take, TakesNoMoreAndDoesNotAskForMore) {
  auto [source, control] = script<int>({1, 2, 3});
  EXPECT_EQ(all(source | take(2)), (Ints{1, 2}));
  EXPECT_EQ(control.state->polls, 2);
  EXPECT_EQ(all(source), (Ints{3})) << "a borrowed source can be used on";
}

TEST(Take, OfNothingAsksForNothing) {
  auto [source, control] = script<int>({1});
  EXPECT_EQ(all(source | take(0)), Ints{});
  EXPECT_EQ(control.state->polls, 0);
}

TEST(Take, EndsWithItsSourceAndDoesNotAskItAgain) {
  auto [source, control] = script<int>({1});
  auto stream = source | take(5);
  EXPECT_EQ(all(stream), (Ints{1}));
  EXPECT_EQ(all(stream), Ints{});
  EXPECT_EQ(control.state->polls_after_the_end, 0);
}

TEST(TakeWhile, EndsAtTheFirstItemThatFails) {
  auto [source, control] = script<int>({1, 2, 3, 1});
  auto stream = source | take_while(is_small);
  EXPECT_EQ(all(stream), (Ints{1, 2}));
  EXPECT_EQ(all(stream), Ints{}) << "it stays at its end, though the next item would do";
  EXPECT_EQ(all(source), (Ints{1})) << "3 was taken, and dropped";
}

TEST(Skip, LeavesOutTheFirst) {
  EXPECT_EQ(all(iter({1, 2, 3}) | skip(2)), (Ints{3}));
  EXPECT_EQ(all(iter({1, 2, 3}) | skip(7)), Ints{});
  EXPECT_EQ(all(iter({1, 2, 3}) | skip(0)), (Ints{1, 2, 3}));
}

TEST(SkipWhile, AsksItsPredicateUntilItFailsOnce) {
  EXPECT_EQ(all(iter({1, 2, 3, 1}) | skip_while(is_small)), (Ints{3, 1}));
}

TEST(Skip, RemembersItsCountWhileItWaits) {
  auto [source, control] = script<int>({1, Wait{}, 2, Wait{}, 3});
  auto stream = source | skip(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_EQ(hand.take(stream), 3);
}

TEST(Chain, GivesTheFirstAndThenTheSecond) {
  EXPECT_EQ(all(iter({1, 2}) | chain(iter({3}))), (Ints{1, 2, 3}));
  EXPECT_EQ(all(iter(Ints{}) | chain(iter({3}))), (Ints{3}));
  EXPECT_EQ(all(iter({1}) | chain(iter({2})) | chain(iter({3}))), (Ints{1, 2, 3}));
}

TEST(Chain, DoesNotAskTheSecondWhileTheFirstWaits) {
  auto [first, opens_first] = script<int>({1, Wait{}});
  auto [second, opens_second] = script<int>({Wait{}, 2});
  auto stream = std::move(first) | chain(second);
  Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(opens_second.state->polls, 0);
  EXPECT_FALSE(opens_first.state->dropped);
  opens_first.open();
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_TRUE(opens_first.state->dropped) << "an owned first stream goes when it has ended";
  opens_second.open();
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(opens_first.state->polls_after_the_end, 0);
}

TEST(Zip, PairsTheItemsAndEndsWithTheShorter) {
  using Pair = std::pair<int, char>;
  EXPECT_EQ(all(iter({1, 2, 3}) | zip(iter({'a', 'b'}))), (std::vector<Pair>{{1, 'a'}, {2, 'b'}}));
  EXPECT_EQ(all(iter({1}) | zip(iter({'a', 'b'}))), (std::vector<Pair>{{1, 'a'}}));
}

TEST(Zip, AsksBothAtOnceAndKeepsTheItemThatCameFirst) {
  using Pair = std::pair<int, int>;
  auto [left, opens_left] = script<int>({Wait{}, 1});
  auto [right, opens_right] = script<int>({Wait{}, 2});
  auto stream = left | zip(right);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(opens_right.state->polls, 1) << "the right one waits as well, not afterwards";
  opens_right.open();
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(opens_right.state->polls, 2) << "its item waits here; no second one is asked for";
  opens_left.open();
  EXPECT_EQ(hand.take(stream), (Pair{1, 2}));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(opens_left.state->polls_after_the_end, 0);
}

TEST(Zip, EndsAtOnceWhenTheOtherSideStillWaits) {
  auto [left, opens_left] = script<int>({Wait{}, 1});
  auto stream = left | zip(empty<int>());
  Hand hand;
  EXPECT_FALSE(hand.take(stream));
}

TEST(Chunks, WaitForTheirSize) {
  using Chunk = std::vector<Ints>;
  EXPECT_EQ(all(iter({1, 2, 3, 4, 5}) | chunks(2)), (Chunk{{1, 2}, {3, 4}, {5}}));
  EXPECT_EQ(all(iter({1, 2}) | chunks(2)), (Chunk{{1, 2}}));
  EXPECT_EQ(all(empty<int>() | chunks(2)), Chunk{});

  auto [source, control] = script<int>({1, Wait{}, 2, 3});
  auto stream = source | chunks(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream)) << "one is not two";
  control.open();
  EXPECT_EQ(hand.take(stream), (Ints{1, 2}));
  EXPECT_EQ(hand.take(stream), (Ints{3}));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(control.state->polls_after_the_end, 0);
}

TEST(ReadyChunks, TakeWhatIsThere) {
  auto [source, control] = script<int>({1, 2, 3, Wait{}, Wait{}, 4});
  auto stream = source | ready_chunks(2);
  Hand hand;
  EXPECT_EQ(hand.take(stream), (Ints{1, 2})) << "two at the most";
  EXPECT_EQ(hand.take(stream), (Ints{3})) << "one is there, and is not kept waiting";
  EXPECT_TRUE(hand.is_pending(stream)) << "an empty chunk would be no use";
  control.open();
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_EQ(hand.take(stream), (Ints{4}));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(control.state->polls_after_the_end, 0);
}

TEST(Chunks, OfNothingAreRefused) {
  EXPECT_THROW((void)chunks(0), std::invalid_argument);
  EXPECT_THROW((void)ready_chunks(0), std::invalid_argument);
}

TEST(Flatten, GivesTheItemsOfStreamAfterStream) {
  auto count_to = [](int n) {
    Ints items;
    for (int i = 1; i <= n; ++i) items.push_back(i);
    return iter(std::move(items));
  };
  EXPECT_EQ(all(iter({2, 0, 3}) | map(count_to) | flatten()), (Ints{1, 2, 1, 2, 3}));
}

TEST(Flatten, WaitsForTheStreamThatItIsAt) {
  auto [inner, control] = script<int>({Wait{}, 1});
  auto [second, opens_second] = script<int>({2});
  std::vector<test::Script<int>> both;
  both.push_back(std::move(inner));
  both.push_back(std::move(second));
  auto stream = iter(std::move(both)) | flatten();
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_TRUE(control.state->dropped);
  EXPECT_FALSE(hand.take(stream));
}

TEST(Peekable, ShowsTheNextItemAndKeepsIt) {
  auto body = []() -> Async<Ints> {
    Ints seen;
    auto stream = iter({1, 2}) | peekable();
    int* first = co_await stream.peek();
    seen.push_back(*first);
    int* same = co_await stream.peek();
    *same += 10;
    for (;;) {
      auto item = co_await next(stream);
      if (!item) break;
      seen.push_back(*item);
    }
    int* none = co_await stream.peek();
    seen.push_back(none == nullptr);
    co_return seen;
  };
  EXPECT_EQ(block_on(body()), (Ints{1, 11, 2, 1}));
}

TEST(Peekable, RemembersThatItsSourceHasEnded) {
  auto [source, control] = script<int>({Wait{}});
  auto stream = source | peekable();
  Hand hand;
  EXPECT_TRUE(stream.poll_peek(hand.cx).is_pending());
  control.open();
  EXPECT_EQ(stream.poll_peek(hand.cx).value(), nullptr);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(control.state->polls_after_the_end, 0);
}

TEST(Fused, SaysForEverThatItHasEnded) {
  auto [source, control] = script<int>({1});
  auto stream = std::move(source) | fuse();
  Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_FALSE(stream.is_terminated());
  EXPECT_FALSE(hand.take(stream));
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_TRUE(control.state->dropped);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(control.state->polls, 2);
}

TEST(Fused, TakesAnExceptionForAnEnd) {
  auto [source, control] = script<int>({Fail{}});
  auto stream = std::move(source) | fuse();
  Hand hand;
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_TRUE(control.state->dropped);
  EXPECT_FALSE(hand.take(stream));
}

TEST(Fused, IsForSelectNextSome) {
  auto stream = iter({1}) | fuse();
  EXPECT_EQ(block_on(select_next_some(stream)), 1);
}

TEST(Pipelines, AreLazy) {
  auto [source, control] = script<int>({1, 2, 3});
  int calls = 0;
  auto stream = source | map([&](int value) { return ++calls, value; }) | filter(is_even) | take(1);
  EXPECT_EQ(control.state->polls, 0);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(all(stream), (Ints{2}));
  EXPECT_EQ(calls, 2) << "3 was never asked for";
}

TEST(Pipelines, OwnATemporaryAndBorrowWhatHasAName) {
  auto [source, control] = script<int>({1, 2});
  {
    auto borrowed = source | map(twice);
    EXPECT_EQ(*Hand().take(borrowed), 2);
  }
  EXPECT_FALSE(control.state->dropped);
  {
    auto owned = std::move(source) | map(twice);
    EXPECT_EQ(*Hand().take(owned), 4);
  }
  EXPECT_TRUE(control.state->dropped);
}

TEST(Pipelines, LetExceptionsThrough) {
  auto fails = [](int value) -> int {
    if (value == 2) throw std::runtime_error("two");
    return value;
  };
  auto stream = iter({1, 2, 3}) | map(fails) | filter([](int) { return true; }) | enumerate();
  Hand hand;
  EXPECT_EQ(hand.take(stream)->second, 1);
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
}

TEST(Pipelines, BreatheAtEveryPlace) {
  auto [source, control] =
      script<int>({Breathe{}, 1, Breathe{}, 2, 3, Breathe{}, 4, Breathe{}, 5, 6, Breathe{}});
  auto later = [](int value) -> Async<int> {
    co_await yield_now();
    co_return value;
  };
  EXPECT_EQ(all(source | skip(1) | then(later) | filter(is_even) | chain(iter({8})) | map(twice)),
            (Ints{4, 8, 12, 16}));
}

}  // namespace combinators_test
}  // namespace book
