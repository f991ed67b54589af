// buffered and buffer_unordered: order, bound, and what is dropped. (Chapter 09)
#include "09_streams/buffered.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "09_streams/take_skip.h"
#include "jobs.h"
#include "script.h"
#include "support/contract.h"

namespace book {
namespace buffered_test {

using namespace std::chrono_literals;
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
auto begins(const Jobs& jobs) {
  return map([jobs](int number) { return jobs.begin(number); });
}

TEST(Buffered, GivesTheOutputsInTheOrderOfTheSource) {
  Jobs jobs;
  auto stream = iter({1, 2, 3}) | begins(jobs) | buffered(3);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  jobs.finish(3);
  jobs.finish(2);
  EXPECT_TRUE(hand.is_pending(stream)) << "2 and 3 wait for 1";
  jobs.finish(1);
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_EQ(hand.take(stream), 3);
  EXPECT_FALSE(hand.take(stream));
}

TEST(Buffered, KeepsAPlaceForAnOutputThatWaitsForItsTurn) {
  Jobs jobs;
  auto stream = iter(up_to(5)) | begins(jobs) | buffered(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  jobs.finish(2);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(jobs.begun(), 2) << "two places, both taken: else what is done would pile up";
  jobs.finish(1);
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(jobs.running(), 2) << "3 and 4";
}

TEST(BufferUnordered, GivesTheOutputsInTheOrderOfTheirEnds) {
  Jobs jobs;
  auto stream = iter({1, 2, 3}) | begins(jobs) | buffer_unordered(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  jobs.finish(2);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(jobs.running(), 2) << "3 has taken the place of 2";
  jobs.finish(3);
  EXPECT_EQ(hand.take(stream), 3);
  jobs.finish(1);
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
}

TEST(BufferUnordered, PollsOnlyTheFuturesThatWereWoken) {
  Jobs jobs;
  auto stream = iter(up_to(1000)) | begins(jobs) | buffer_unordered(1000);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  jobs.finish(500);
  EXPECT_EQ(hand.take(stream), 500);
  EXPECT_TRUE(hand.is_pending(stream));
  for (int number : {1, 499, 501, 1000}) EXPECT_EQ(jobs.polls(number), 1) << number;
}

/// Finishes the jobs in a random order and watches the bound: whenever the stream is pending,
/// exactly as many run as can.
template <class Make>
void expect_bound(std::size_t limit, Make make, bool places_are_kept) {
  constexpr int kJobs = 200;
  Jobs jobs;
  auto stream = make(iter(up_to(kJobs)) | begins(jobs), limit);
  std::mt19937 random(7);
  std::vector<int> unfinished = up_to(kJobs);
  Hand hand;
  int given = 0;
  for (;;) {
    auto poll = stream.poll_next(hand.cx);
    if (poll.is_ready()) {
      if (!poll.value()) break;
      ++given;
      continue;
    }
    const int left = static_cast<int>(unfinished.size());
    const int all_places = std::min(static_cast<int>(limit), left);
    ASSERT_LE(jobs.running(), static_cast<int>(limit));
    if (places_are_kept) {
      ASSERT_EQ(jobs.begun(), std::min(kJobs, given + static_cast<int>(limit)));
    } else {
      ASSERT_EQ(jobs.running(), all_places) << "there is work, and a free place";
    }
    // One of those that run, at random: they are the first ones that are not finished.
    const std::size_t running = static_cast<std::size_t>(jobs.running());
    const std::size_t which = random() % running;
    jobs.finish(unfinished[which]);
    unfinished.erase(unfinished.begin() + static_cast<std::ptrdiff_t>(which));
  }
  EXPECT_EQ(given, kJobs);
  EXPECT_EQ(jobs.most(), std::min(kJobs, static_cast<int>(limit)));
}

TEST(BufferUnordered, HasAlwaysAsManyUnderWayAsItMay) {
  for (std::size_t limit : {1, 2, 7, 200, 1000}) {
    expect_bound(
        limit, [](auto futures, std::size_t n) { return std::move(futures) | buffer_unordered(n); },
        false);
  }
}

TEST(Buffered, HasAlwaysAsManyPlacesTakenAsItMay) {
  for (std::size_t limit : {1, 2, 7, 200, 1000}) {
    expect_bound(
        limit, [](auto futures, std::size_t n) { return std::move(futures) | buffered(n); }, true);
  }
}

TEST(Buffered, GivesTheSameAsThenWhateverTheTimesAre) {
  auto work = [](int number) -> Async<int> {
    co_await sleep(std::chrono::milliseconds((number * 37) % 50));
    co_return number* number;
  };
  Ints expected;
  for (int number : up_to(100)) expected.push_back(number * number);
  for (std::size_t limit : {1, 3, 10}) {
    EXPECT_EQ(block_on(iter(up_to(100)) | map(work) | buffered(limit) | collect<Ints>(),
                       {.time = TimeMode::virtual_time}),
              expected);
  }
}

TEST(Buffers, GoOnWithTheirFuturesWhileTheSourceWaits) {
  Jobs jobs;
  auto [source, control] = script<int>({1, Wait{}, 2});
  auto stream = source | begins(jobs) | buffered(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  jobs.finish(1);
  EXPECT_EQ(hand.take(stream), 1);
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  jobs.finish(2);
  EXPECT_EQ(hand.take(stream), 2);
  EXPECT_FALSE(hand.take(stream));
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(control.state->polls_after_the_end, 0);
}

template <class Make>
void expect_early_end(Make make) {
  Jobs jobs;
  auto stream = make(iter(up_to(10)) | begins(jobs));
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  EXPECT_EQ(jobs.running(), 3);
  jobs.fail(2);
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
  EXPECT_EQ(jobs.running(), 0) << "the others are dropped at once, not when the stream goes";
  EXPECT_FALSE(hand.take(stream));
  EXPECT_EQ(jobs.begun(), 3) << "no more are begun";
}

TEST(Buffers, EndWithAnExceptionOfAFutureAndDropTheOthers) {
  expect_early_end([](auto futures) { return std::move(futures) | buffer_unordered(3); });
  expect_early_end([](auto futures) { return std::move(futures) | buffered(3); });
}

TEST(Buffers, EndWithAnExceptionOfTheSourceAndDropTheOthers) {
  Jobs jobs;
  auto [source, control] = script<int>({1, Wait{}, test::Fail{}});
  auto stream = source | begins(jobs) | buffer_unordered(2);
  Hand hand;
  EXPECT_TRUE(hand.is_pending(stream));
  control.open();
  EXPECT_THROW((void)stream.poll_next(hand.cx), std::runtime_error);
  EXPECT_EQ(jobs.running(), 0);
}

TEST(Buffers, DropWhatIsUnderWayWhenTheyAreDropped) {
  Jobs jobs;
  {
    auto ordered = iter(up_to(10)) | begins(jobs) | buffered(4);
    auto unordered = iter(up_to(20)) | skip_while([](int n) { return n <= 10; }) | begins(jobs) |
                     buffer_unordered(4);
    Hand hand;
    EXPECT_TRUE(hand.is_pending(ordered));
    EXPECT_TRUE(hand.is_pending(unordered));
    EXPECT_EQ(jobs.running(), 8);
    EXPECT_EQ(ordered.size(), 4u);
    EXPECT_EQ(unordered.size(), 4u);
  }
  EXPECT_EQ(jobs.running(), 0);
}

TEST(Buffers, GiveMonostateForFuturesOfNothing) {
  auto nothing = [](int) { return yield_now(); };
  EXPECT_EQ(
      block_on(iter({1, 2}) | map(nothing) | buffered(2) | collect<std::vector<std::monostate>>())
          .size(),
      2u);
  EXPECT_EQ(block_on(iter({1, 2}) | map(nothing) | buffer_unordered(2) |
                     collect<std::vector<std::monostate>>())
                .size(),
            2u);
}

TEST(Buffers, OfNothingAreRefused) {
  EXPECT_THROW((void)buffered(0), std::invalid_argument);
  EXPECT_THROW((void)buffer_unordered(0), std::invalid_argument);
}

TEST(Buffers, KeepTheContract) {
  auto jobs = std::make_shared<Jobs>();
  auto finish = [jobs] { jobs->finish(1); };
  auto fresh = [&] { *jobs = Jobs(); };
  test::expect_contract(
      [&] {
        fresh();
        return test::subject(next(iter({1}) | begins(*jobs) | buffered(2)), finish);
      },
      {.untouched = [&] { return jobs->running() == 0; }});
  test::expect_contract(
      [&] {
        fresh();
        return test::subject(next(iter({1}) | begins(*jobs) | buffer_unordered(2)), finish);
      },
      {.untouched = [&] { return jobs->running() == 0; }});
  test::expect_contract(
      [&] {
        auto [stream, control] = script<int>({Wait{}, 7});
        auto made = std::move(stream) | map([](int n) { return ready(n); });
        return test::subject(next(std::move(made) | buffered(2)),
                             [control = control] { control.open(); });
      },
      {}, [](std::optional<int> item) { return item == 7; });
}

}  // namespace buffered_test
}  // namespace book
