// for_each_concurrent, try_for_each_concurrent, merge and StreamGroup. (Chapter 09)
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/for_each_concurrent.h"
#include "09_streams/generator.h"
#include "09_streams/map_filter.h"
#include "09_streams/merge.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "jobs.h"
#include "script.h"
#include "support/contract.h"

namespace book {
namespace concurrent_test {

using test::Fail;
using test::Hand;
using test::Jobs;
using test::script;
using test::Wait;
using Ints = std::vector<int>;

Ints up_to(int last) {
  Ints numbers(static_cast<std::size_t>(last));
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

TEST(ForEachConcurrent, RunsAsManyAsItMayAndNoMore) {
  for (std::size_t limit : {1, 3, 100, 500}) {
    Jobs jobs;
    auto all = iter(up_to(100)) |
               for_each_concurrent(limit, [&](int number) { return jobs.begin(number); });
    Hand hand;
    const int most = std::min(100, static_cast<int>(limit));
    for (int number = 1; number <= 100; ++number) {
      ASSERT_TRUE(all.poll(hand.cx).is_pending());
      ASSERT_EQ(jobs.running(), std::min(most, 101 - number));
      jobs.finish(number);
    }
    EXPECT_TRUE(all.poll(hand.cx).is_ready());
    EXPECT_EQ(jobs.most(), most);
    EXPECT_EQ(jobs.begun(), 100);
  }
}

TEST(ForEachConcurrent, HasNoLimitIfThatIsAskedFor) {
  Jobs jobs;
  auto all = iter(up_to(10'000)) |
             for_each_concurrent(unlimited, [&](int number) { return jobs.begin(number); });
  Hand hand;
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  EXPECT_EQ(jobs.running(), 10'000);
}

TEST(ForEachConcurrent, WaitsForItsSourceAndItsFuturesAtOnce) {
  Jobs jobs;
  auto [source, control] = script<int>({1, Wait{}, 2});
  auto all = source | for_each_concurrent(5, [&](int number) { return jobs.begin(number); });
  Hand hand;
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  jobs.finish(1);
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  EXPECT_EQ(jobs.running(), 0);
  control.open();
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  jobs.finish(2);
  EXPECT_TRUE(all.poll(hand.cx).is_ready());
}

TEST(ForEachConcurrent, EndsEarlyAndDropsTheOthersWhenOneFails) {
  Jobs jobs;
  auto [source, control] = script<int>({1, 2, 3, 4, 5});
  auto all = source | for_each_concurrent(3, [&](int number) { return jobs.begin(number); });
  Hand hand;
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  jobs.fail(2);
  EXPECT_THROW((void)all.poll(hand.cx), std::runtime_error);
  EXPECT_EQ(jobs.running(), 0) << "though the future itself is still there";
  EXPECT_EQ(jobs.begun(), 3);
}

TEST(ForEachConcurrent, EndsEarlyWhenItsSourceOrItsFunctionFails) {
  Jobs jobs;
  auto begins = [&](int number) { return jobs.begin(number); };
  Hand hand;
  auto [source, control] = script<int>({1, Wait{}, Fail{}});
  auto all = source | for_each_concurrent(3, begins);
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  control.open();
  EXPECT_THROW((void)all.poll(hand.cx), std::runtime_error);
  EXPECT_EQ(jobs.running(), 0);

  auto fails = [](int) -> Ready<void> { throw std::runtime_error("the function"); };
  EXPECT_THROW(block_on(iter({1}) | for_each_concurrent(3, fails)), std::runtime_error);
}

TEST(ForEachConcurrent, IsReadyAtOnceForAnEmptyStream) {
  block_on(empty<int>() | for_each_concurrent(1, [](int) { return ready(); }));
}

TEST(ForEachConcurrent, TakesNoLimitOfNothing) {
  auto begins = [](int) { return ready(); };
  EXPECT_THROW((void)for_each_concurrent(0, begins), std::invalid_argument);
  EXPECT_THROW((void)try_for_each_concurrent(0, begins), std::invalid_argument);
}

TEST(ForEachConcurrent, DropsWhatIsUnderWayWhenItIsDropped) {
  Jobs jobs;
  for (int polls = 0; polls <= 5; ++polls) {
    {
      auto all = iter(up_to(9)) |
                 for_each_concurrent(2, [&](int number) { return jobs.begin(number + 9 * polls); });
      Hand hand;
      for (int i = 1; i <= polls; ++i) {
        EXPECT_TRUE(all.poll(hand.cx).is_pending());
        jobs.finish(i + 9 * polls);
      }
    }
    EXPECT_EQ(jobs.running(), 0) << polls;
  }
}

Outcome<int> good(int value) {
  Outcome<int> outcome;
  outcome.set_value(value);
  return outcome;
}
Outcome<int> bad() {
  Outcome<int> outcome;
  outcome.set_exception(std::make_exception_ptr(std::runtime_error("a bad item")));
  return outcome;
}

TEST(TryForEachConcurrent, GivesItsFunctionTheValues) {
  Ints seen;
  auto note = [&](int value) -> Async<> {
    co_await yield_now();
    seen.push_back(value);
  };
  block_on(iter({good(1), good(2)}) | try_for_each_concurrent(2, note));
  EXPECT_EQ(seen, (Ints{1, 2}));
}

TEST(TryForEachConcurrent, EndsAtAnItemThatIsAnErrorAndDropsTheOthers) {
  Jobs jobs;
  auto all = iter({good(1), good(2), bad(), good(4)}) |
             try_for_each_concurrent(2, [&](int number) { return jobs.begin(number); });
  Hand hand;
  EXPECT_TRUE(all.poll(hand.cx).is_pending());
  EXPECT_EQ(jobs.running(), 2) << "the error is not seen before there is room for it";
  jobs.finish(1);
  EXPECT_THROW((void)all.poll(hand.cx), std::runtime_error);
  EXPECT_EQ(jobs.running(), 0);
}

// ---- merge

TEST(Merge, GivesTheItemsOfAllAsTheyCome) {
  auto [a, opens_a] = script<int>({1, Wait{}, 2});
  auto [b, opens_b] = script<int>({Wait{}, 10});
  auto stream = merge(a, b);
  Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(hand.is_pending(stream));
  opens_b.open();
  EXPECT_EQ(hand.take(stream), 10);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_FALSE(stream.is_terminated());
  opens_a.open();
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_TRUE(stream.is_terminated());
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(opens_a.state->polls_after_the_end + opens_b.state->polls_after_the_end, 0);
}

TEST(Merge, IsFairToSourcesThatAreAlwaysReady) {
  auto stream = merge(repeat(0), repeat(1), repeat(2)) | take(9);
  EXPECT_EQ(block_on(std::move(stream) | collect<Ints>()), (Ints{0, 1, 2, 0, 1, 2, 0, 1, 2}));
}

TEST(Merge, TakesStreamsOfDifferentKinds) {
  auto body = []() -> AsyncStream<int> {
    co_await yield_now();
    co_yield 3;
  };
  Ints all = block_on(merge(iter({1, 2}), body(), once(4)) | collect<Ints>());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (Ints{1, 2, 3, 4}));
}

TEST(Merge, DropsAnOwnedStreamAtItsEndAndAllOfThemAtAnException) {
  auto [a, opens_a] = script<int>({1});
  auto [b, opens_b] = script<int>({Wait{}, Fail{}});
  auto [c, opens_c] = script<int>({Wait{}});
  auto stream = merge(std::move(a), std::move(b), std::move(c));
  Hand hand;
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_TRUE(opens_a.state->dropped);
  EXPECT_FALSE(opens_c.state->dropped);
  opens_b.open();
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
  EXPECT_TRUE(opens_c.state->dropped);
  EXPECT_FALSE(hand.take(stream));
}

// ---- StreamGroup

TEST(StreamGroup, GivesTheItemsOfAllAsTheyCome) {
  StreamGroup<test::Script<int>> group;
  auto [a, opens_a] = script<int>({Wait{}, 1, 2});
  auto [b, opens_b] = script<int>({Wait{}, 10});
  group.insert(std::move(a));
  group.insert(std::move(b));
  Hand hand;
  EXPECT_TRUE(hand.is_pending(group));
  opens_b.open();
  EXPECT_EQ(hand.take(group), 10);
  EXPECT_TRUE(hand.is_pending(group));
  EXPECT_EQ(group.size(), 1u);
  EXPECT_TRUE(opens_b.state->dropped) << "a stream that has ended goes";
  opens_a.open();
  EXPECT_EQ(hand.take(group), 1);
  EXPECT_EQ(hand.take(group), 2);
  EXPECT_FALSE(hand.take(group));
  EXPECT_TRUE(group.is_terminated());
}

TEST(StreamGroup, GrowsWhileItRuns) {
  StreamGroup<streams::Iter<Ints>> group;
  Hand hand;
  EXPECT_FALSE(hand.take(group));
  group.insert(iter({1}));
  EXPECT_FALSE(group.is_terminated());
  EXPECT_EQ(hand.take(group), 1);
  group.insert(iter({2, 3}));
  EXPECT_EQ(block_on(group | collect<Ints>()), (Ints{2, 3}));
}

TEST(StreamGroup, AsksOnlyTheStreamsThatWereWoken) {
  StreamGroup<test::Script<int>> group;
  std::vector<test::Control<int>> controls;
  for (int i = 0; i < 1000; ++i) {
    auto [stream, control] = script<int>({Wait{}, i});
    group.insert(std::move(stream));
    controls.push_back(control);
  }
  Hand hand;
  EXPECT_TRUE(hand.is_pending(group));
  controls[500].open();
  EXPECT_EQ(hand.take(group), 500);
  EXPECT_TRUE(hand.is_pending(group));
  EXPECT_EQ(controls[499].state->polls, 1);
  EXPECT_EQ(controls[501].state->polls, 1);
}

TEST(StreamGroup, IsFairToStreamsThatAreAlwaysReady) {
  StreamGroup<streams::Repeat<int>> group;
  for (int i = 0; i < 3; ++i) group.insert(repeat(i));
  Ints seen = block_on(group | take(9) | collect<Ints>());
  for (int i = 0; i < 3; ++i) EXPECT_EQ(std::count(seen.begin(), seen.end(), i), 3);
}

TEST(StreamGroup, KeepsAStreamWhereItIs) {
  StreamGroup<streams::Iter<std::string>> group;  // these refuse to be moved once they were polled
  group.insert(iter(std::string("ab")));
  group.insert(iter(std::string("cd")));
  std::string seen = block_on(group | collect<std::string>());
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, "abcd");
}

TEST(StreamGroup, GoesOnWithoutTheOneThatThrew) {
  StreamGroup<test::Script<int>> group;
  auto [a, opens_a] = script<int>({1, Wait{}, 2});
  auto [b, opens_b] = script<int>({10, Fail{}});
  group.insert(std::move(a));
  group.insert(std::move(b));
  Hand hand;
  EXPECT_EQ(hand.take(group), 1);
  EXPECT_EQ(hand.take(group), 10);
  EXPECT_THROW((void)group.poll_next(hand.cx), std::runtime_error);
  EXPECT_TRUE(opens_b.state->dropped);
  EXPECT_FALSE(opens_a.state->dropped) << "A connection that is reset is no reason to drop others.";
  EXPECT_EQ(group.size(), 1u);
  EXPECT_TRUE(hand.is_pending(group));
  opens_a.open();
  EXPECT_EQ(hand.take(group), 2);
  EXPECT_FALSE(hand.take(group));
}

TEST(Concurrent, KeepsTheContract) {
  auto jobs = std::make_shared<Jobs>();
  auto untouched = [&] { return jobs->running() == 0; };
  test::expect_contract(
      [&] {
        *jobs = Jobs();
        auto begins = [jobs](int number) { return jobs->begin(number); };
        return test::subject(iter({1}) | for_each_concurrent(2, begins),
                             [jobs] { jobs->finish(1); });
      },
      {.untouched = untouched});
  test::expect_contract(
      [&] {
        auto [stream, control] = script<int>({Wait{}, 7});
        auto [other, never_opened] = script<int>({Wait{}});
        return test::subject(next(merge(std::move(stream), std::move(other))),
                             [control = control] { control.open(); });
      },
      {}, [](std::optional<int> item) { return item == 7; });
  test::expect_contract(
      [&] {
        StreamGroup<test::Script<int>> group;
        auto [stream, control] = script<int>({Wait{}, 7});
        group.insert(std::move(stream));
        return test::subject(next(std::move(group)), [control = control] { control.open(); });
      },
      {}, [](std::optional<int> item) { return item == 7; });
}

}  // namespace concurrent_test
}  // namespace book
