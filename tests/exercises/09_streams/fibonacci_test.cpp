#include "exercise/fibonacci.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "09_streams/collect.h"
#include "09_streams/take_skip.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Fibonacci;
using Numbers = std::vector<std::uint64_t>;

/// Passes a stream on, and counts how often it is polled.
struct Counted {
  using Item = std::uint64_t;
  Fibonacci stream;
  int polls = 0;
  PollItem<Item> poll_next(Context& cx) {
    if (++polls > 1000)
      throw std::runtime_error(
          "Polled a thousand times, it is still pending: does every poll begin a new pause? One "
          "that is under way has to go on.");
    return stream.poll_next(cx);
  }
};

/// In virtual time. Never more than 12 numbers.
Numbers all_of(Fibonacci stream) {
  return block_on(Counted{std::move(stream)} | take(12) | collect<Numbers>(),
                  {.time = TimeMode::virtual_time});
}

long now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             Reactor::current().now().time_since_epoch())
      .count();
}

TEST(Fibonacci, BeginsWithTwoOnes) {
  try {
    const Numbers numbers = all_of(Fibonacci(10ms, 1));
    ASSERT_FALSE(numbers.empty())
        << "It ended at once. The first number is 1, and the limit of 1 is not below it.";
    EXPECT_EQ(numbers.front(), 1u) << "The first number is 1.";
  } catch (const std::logic_error& error) {
    FAIL() << "A pause that was over has been polled again. When it is over it has to go: the next "
              "number takes a new one.\n"
           << error.what();
  }
}

TEST(Fibonacci, AddsTheLastTwoAndEndsAtTheLimit) {
  EXPECT_EQ(all_of(Fibonacci(10ms, 20)), (Numbers{1, 1, 2, 3, 5, 8, 13}))
      << "Nothing above the limit of 20 should come, and everything below it.";
  EXPECT_EQ(all_of(Fibonacci(10ms, 13)), (Numbers{1, 1, 2, 3, 5, 8, 13})) << "The limit may come.";
}

TEST(Fibonacci, TakesItsPauseForEachNumber) {
  auto body = []() -> Async<std::vector<long>> {
    std::vector<long> times;
    Counted stream{Fibonacci(10ms, 3)};
    const long start = now_ms();
    for (;;) {
      auto number = co_await next(stream);
      times.push_back(now_ms() - start);
      if (!number) break;
    }
    co_return times;
  };
  EXPECT_EQ(block_on(body(), {.time = TimeMode::virtual_time}),
            (std::vector<long>{10, 20, 30, 40, 40}))
      << "These are the times of 1, 1, 2, 3 and the end, in milliseconds. Every number takes its "
         "pause, and the end takes none.";
}

TEST(Fibonacci, IsLazy) {
  auto body = []() -> Async<std::vector<long>> {
    std::vector<long> waits;
    Counted stream{Fibonacci(10ms, 100)};
    for (int i = 0; i < 2; ++i) {
      co_await sleep(1s);
      const long asked = now_ms();
      (void)co_await next(stream);
      waits.push_back(now_ms() - asked);
    }
    co_return waits;
  };
  EXPECT_EQ(block_on(body(), {.time = TimeMode::virtual_time}), (std::vector<long>{10, 10}))
      << "Asked after a second in which nobody asked, both of these took that many milliseconds. "
         "The pause begins when somebody asks.";
}

TEST(Fibonacci, StaysAtItsEnd) {
  auto body = []() -> Async<int> {
    Fibonacci stream(10ms, 0);
    int ends = 0;
    for (int i = 0; i < 3; ++i) {
      auto number = co_await next(stream);
      if (!number) ++ends;
    }
    co_return ends;
  };
  EXPECT_EQ(block_on(body(), {.time = TimeMode::virtual_time}), 3)
      << "So many of three polls said that it has ended.";
}

TEST(Fibonacci, EndsWithTheLargestThatFits) {
  const Numbers numbers =
      block_on(Counted{Fibonacci(0ms, std::numeric_limits<std::uint64_t>::max())} | take(100) |
                   collect<Numbers>(),
               {.time = TimeMode::virtual_time});
  ASSERT_EQ(numbers.size(), 93u)
      << "93 of them fit into 64 bits. The next sum does not: it wraps around to something small, "
         "which looks like a number below the limit. Look before you add.";
  EXPECT_EQ(numbers.back(), 12'200'160'415'121'876'738u);
}

}  // namespace
}  // namespace book
