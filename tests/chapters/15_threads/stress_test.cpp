// Everything at once, many times over: what two threads do to each other in the moments that no
// other test picks. (tests/explorer has the small cases, and all of their schedules.)
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/yield_now.h"
#include "11_channels/mpsc.h"
#include "15_threads/spawn_local.h"
#include "15_threads/thread_pool_executor.h"
#include "common/random.h"
#include "support/drop_counter.h"
#include "support/watchdog.h"

namespace book {
namespace stress_test {

using namespace std::chrono_literals;
using Token = test::DropCounter::Token;

Async<> sends(Sender<int> to, int count, Token) {
  for (int i = 1; i <= count; ++i) co_await to.send(i);
}
Async<std::int64_t> adds(Receiver<int> from) {
  std::int64_t sum = 0;
  for (;;) {
    const auto item = co_await next(from);
    if (!item) break;
    sum += *item;
  }
  co_return sum;
}
Async<> wanders(std::uint64_t seed, Token token) {
  Random random(seed);
  for (int i = 0; i < 20; ++i) {
    const std::uint64_t way = random.next_u64() % 8;
    if (way == 0) {
      co_await sleep(0ms);
    } else if (way == 1) {
      auto local = spawn_local(wanders(0, token));
      local.abort();
    } else if (way == 2) {
      auto child = spawn(async([](Token) -> Async<> { co_await yield_now(); }, token));
      co_await child;
    } else {
      co_await yield_now();
    }
  }
}

void channels_timers_and_aborts(std::uint64_t round) {
  constexpr int kItems = 300;
  test::DropCounter counter;
  std::int64_t sum = 0;
  {
    ThreadPoolExecutor pool({.workers = 2 + static_cast<unsigned>(round % 3)});
    auto ends = channel<int>(3);
    auto total = pool.spawn(adds(std::move(ends.receiver)));
    for (int i = 0; i < 4; ++i) pool.spawn(sends(ends.sender, kItems, counter.token()));
    { const auto gone = std::move(ends.sender); }
    std::vector<JoinHandle<void>> handles;
    for (std::uint64_t i = 0; i < 60; ++i) {
      handles.push_back(pool.spawn(wanders(round * 100 + i + 1, counter.token())));
    }
    for (std::size_t i = 0; i < handles.size(); i += 3) handles[i].abort();
    sum = pool.block_on(total);
    pool.run();
    EXPECT_EQ(pool.task_count(), 0u);
  }
  EXPECT_EQ(sum, 4 * kItems * (kItems + 1) / 2);
  EXPECT_EQ(counter.live(), 0) << "round " << round;
}

void a_pool_that_ends_in_the_middle(std::uint64_t round) {
  test::DropCounter counter;
  {
    ThreadPoolExecutor pool({.workers = 1 + static_cast<unsigned>(round % 4)});
    for (std::uint64_t i = 0; i < 60; ++i) {
      pool.spawn(wanders(round * 100 + i + 1, counter.token()));
    }
    pool.block_on(async(
        [](std::uint64_t yields) -> Async<> {
          while (yields-- > 0) co_await yield_now();
        },
        round % 100));
  }
  EXPECT_EQ(counter.live(), 0) << "round " << round;
}

void wakes_from_a_thread_that_is_none(std::uint64_t) {
  std::atomic<int> ended{0};
  {
    ThreadPoolExecutor pool({.workers = 2});
    auto ends = channel<int>(2);
    for (int i = 0; i < 3; ++i) {
      pool.spawn(async(
          [&ended](Sender<int> to) -> Async<> {
            for (int k = 0; k < 20; ++k) co_await to.send(k);
            ++ended;
          },
          ends.sender));
    }
    { const auto gone = std::move(ends.sender); }
    std::thread other([&, work = Reactor::OutsideWork(pool.reactor())] {
      while (ends.receiver.recv_blocking()) {
      }
    });
    pool.run();
    other.join();
  }
  EXPECT_EQ(ended, 3);
}

TEST(Stress, ChannelsTimersAndAborts) {
  for (std::uint64_t round = 0; round < 30; ++round) channels_timers_and_aborts(round);
}
TEST(Stress, PoolsThatEndInTheMiddle) {
  for (std::uint64_t round = 0; round < 100; ++round) a_pool_that_ends_in_the_middle(round);
}
TEST(Stress, WakesFromAThreadThatIsNone) {
  for (std::uint64_t round = 0; round < 50; ++round) wakes_from_a_thread_that_is_none(round);
}

// The test stress.15_threads, under the thread sanitizer: BOOK_STRESS seconds of it, and without
// that one round.
TEST(Stress, DISABLED_AsLongAsItIsAskedFor) {
  const char* const asked = std::getenv("BOOK_STRESS");
  const std::chrono::seconds limit(asked ? std::atoi(asked) : 0);
  test::give_this_test(limit + std::chrono::seconds(120));
  const auto end = std::chrono::steady_clock::now() + limit;
  std::uint64_t round = 1000;
  do {
    channels_timers_and_aborts(round);
    a_pool_that_ends_in_the_middle(round);
    wakes_from_a_thread_that_is_none(round);
    ++round;
  } while (!HasFailure() && std::chrono::steady_clock::now() < end);
  std::printf("%d rounds\n", static_cast<int>(round - 1000));
}

}  // namespace stress_test
}  // namespace book
