// The ends of a pipeline: collect, fold, reduce, for_each, and the try_ family. (Chapter 09)
#include "09_streams/collect.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/try_stream.h"
#include "script.h"

namespace book {
namespace collect_test {

using test::Breathe;
using test::Fail;
using test::script;
using Ints = std::vector<int>;

int plus(int a, int b) { return a + b; }

TEST(Collect, FillsAnyContainer) {
  EXPECT_EQ(block_on(iter({2, 1, 2}) | collect<Ints>()), (Ints{2, 1, 2}));
  EXPECT_EQ(block_on(iter({2, 1, 2}) | collect<std::deque<int>>()), (std::deque<int>{2, 1, 2}));
  EXPECT_EQ(block_on(iter({2, 1, 2}) | collect<std::set<int>>()), (std::set<int>{1, 2}));
  EXPECT_EQ(block_on(iter({'a', 'b'}) | collect<std::string>()), "ab");
  using Words = std::map<int, std::string>;
  auto pairs = iter(std::vector<std::pair<int, std::string>>{{2, "b"}, {1, "a"}});
  EXPECT_EQ(block_on(std::move(pairs) | collect<Words>()), (Words{{1, "a"}, {2, "b"}}));
}

TEST(Collect, AddsToAContainerThatItIsGiven) {
  EXPECT_EQ(block_on(iter({2}) | collect<Ints>(Ints{1})), (Ints{1, 2}));
}

TEST(Collect, TakesWhatCanOnlyBeMoved) {
  auto boxes = iter({1, 2}) | map([](int value) { return std::make_unique<int>(value); });
  auto all = block_on(std::move(boxes) | collect<std::vector<std::unique_ptr<int>>>());
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(*all[1], 2);
}

TEST(Fold, PutsTheItemsTogether) {
  EXPECT_EQ(block_on(iter({1, 2, 3}) | fold(10, plus)), 16);
  EXPECT_EQ(block_on(empty<int>() | fold(10, plus)), 10);
  auto join = [](const std::string& text, int item) { return text + std::to_string(item); };
  EXPECT_EQ(block_on(iter({1, 2}) | fold(std::string("#"), join)), "#12");
}

TEST(Reduce, BeginsWithTheFirstItem) {
  EXPECT_EQ(block_on(iter({1, 2, 3}) | reduce(plus)), 6);
  EXPECT_EQ(block_on(iter({1}) | reduce(plus)), 1);
  EXPECT_EQ(block_on(empty<int>() | reduce(plus)), std::nullopt);
}

TEST(ForEach, CallsAFunction) {
  Ints seen;
  block_on(iter({1, 2}) | for_each([&](int item) { seen.push_back(item); }));
  EXPECT_EQ(seen, (Ints{1, 2}));
}

TEST(ForEach, AwaitsAFunctionThatGivesAFutureOneAfterTheOther) {
  std::vector<std::string> log;
  auto body = [&](int item) -> Async<> {
    log.push_back("begin " + std::to_string(item));
    co_await yield_now();
    log.push_back("end " + std::to_string(item));
  };
  block_on(iter({1, 2}) | for_each(body));
  EXPECT_EQ(log, (std::vector<std::string>{"begin 1", "end 1", "begin 2", "end 2"}));
}

TEST(Ends, WaitWithTheirSourceAndGoOnWhereTheyWere) {
  auto [source, control] = script<int>({Breathe{}, 1, Breathe{}, Breathe{}, 2, Breathe{}});
  EXPECT_EQ(block_on(source | fold(0, plus)), 3);
}

TEST(Ends, EndEarlyWhenTheStreamFails) {
  Ints seen;
  auto note = [&](int item) { seen.push_back(item); };
  auto [source, control] = script<int>({1, Fail{}});
  EXPECT_THROW(block_on(source | for_each(note)), std::runtime_error);
  EXPECT_EQ(seen, (Ints{1}));
}

TEST(Ends, EndEarlyWhenTheirFunctionFails) {
  auto [source, control] = script<int>({1, 2, 3});
  auto fails = [](int sum, int item) {
    if (item == 2) throw std::runtime_error("two");
    return sum + item;
  };
  EXPECT_THROW(block_on(source | fold(0, fails)), std::runtime_error);
  EXPECT_EQ(control.state->steps.size(), 1u) << "3 was not asked for";
  auto later = [](int) -> Async<> {
    co_await yield_now();
    throw std::runtime_error("later");
  };
  EXPECT_THROW(block_on(iter({1}) | for_each(later)), std::runtime_error);
}

TEST(Ends, BorrowOrOwnTheirSource) {
  auto [source, control] = script<int>({1});
  EXPECT_EQ(block_on(source | fold(0, plus)), 1);
  EXPECT_FALSE(control.state->dropped);
  EXPECT_EQ(block_on(std::move(source) | fold(0, plus)), 0);
  EXPECT_TRUE(control.state->dropped);
}

// ---- streams of Outcome<T>

Outcome<int> good(int value) {
  Outcome<int> outcome;
  outcome.set_value(value);
  return outcome;
}
Outcome<int> bad(const char* why) {
  Outcome<int> outcome;
  outcome.set_exception(std::make_exception_ptr(std::runtime_error(why)));
  return outcome;
}
auto outcomes() { return iter({good(1), good(2), bad("three"), good(4)}); }

static_assert(TryStream<decltype(outcomes())> && !TryStream<streams::Iter<Ints>>);

TEST(TryNext, GivesTheValueAndThrowsTheError) {
  auto stream = outcomes();
  EXPECT_EQ(block_on(try_next(stream)), 1);
  EXPECT_EQ(block_on(try_next(stream)), 2);
  EXPECT_THROW((void)block_on(try_next(stream)), std::runtime_error);
  EXPECT_EQ(block_on(try_next(stream)), 4) << "one item has failed, and not the stream";
  EXPECT_EQ(block_on(try_next(stream)), std::nullopt);
}

TEST(TryItems, PutTheWholeFamilyBehindThem) {
  EXPECT_THROW((void)block_on(outcomes() | try_items() | fold(0, plus)), std::runtime_error);
  EXPECT_EQ(block_on(iter({good(1), good(2)}) | try_items() | fold(0, plus)), 3);
}

TEST(TryForEach, StopsAtTheFirstError) {
  Ints seen;
  EXPECT_THROW(block_on(outcomes() | try_for_each([&](int item) { seen.push_back(item); })),
               std::runtime_error);
  EXPECT_EQ(seen, (Ints{1, 2}));
}

TEST(TryForEach, StopsWhenItsFutureFails) {
  Ints seen;
  auto body = [&](int item) -> Async<> {
    co_await yield_now();
    seen.push_back(item);
    if (item == 2) throw std::runtime_error("two is enough");
  };
  try {
    block_on(outcomes() | try_for_each(body));
    FAIL() << "no error";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "two is enough");
  }
  EXPECT_EQ(seen, (Ints{1, 2}));
}

}  // namespace collect_test
}  // namespace book
