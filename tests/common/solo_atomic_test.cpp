#include "common/solo_atomic.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

namespace book {
namespace solo_atomic_test {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kBoth = std::memory_order_acq_rel;

#if __has_include(<sys/single_threaded.h>)
constexpr bool kKnowsThreads = true;
#else
constexpr bool kKnowsThreads = false;  // then it never claims to be alone
#endif

/// Every operation against std::atomic, which knows what they mean. Gives what differs.
int differences() {
  SoloAtomic<std::uint64_t> ours(5);
  std::atomic<std::uint64_t> theirs(5);
  int differ = 0;
  auto same = [&](std::uint64_t a, std::uint64_t b) {
    differ += a != b || ours.load(kRelaxed) != theirs.load(kRelaxed);
  };
  same(ours.fetch_add(7, kBoth), theirs.fetch_add(7, kBoth));
  same(ours.fetch_sub(13, kBoth), theirs.fetch_sub(13, kBoth));  // below zero, and round
  same(ours.fetch_or(0xf0, kBoth), theirs.fetch_or(0xf0, kBoth));
  same(ours.fetch_and(0x3c, kBoth), theirs.fetch_and(0x3c, kBoth));
  same(ours.exchange(9, kBoth), theirs.exchange(9, kBoth));
  for (const std::uint64_t expected : {8u, 9u, 9u}) {  // another value, the value, no longer it
    std::uint64_t a = expected, b = expected;
    const bool changed = ours.compare_exchange_strong(a, 10, kBoth, kRelaxed);
    same(changed, theirs.compare_exchange_strong(b, 10, kBoth, kRelaxed));
    same(a, b);
  }
  std::uint64_t expected = 0;
  while (!ours.compare_exchange_weak(expected, expected + 1, kBoth, kRelaxed)) {
  }
  theirs.fetch_add(1, kBoth);
  same(expected, 10);
  return differ;
}

TEST(SoloAtomic, DoesWhatAnAtomicDoesAloneAndBesideAnotherThread) {
  // In a process of its own, which has had no thread yet.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        int wrong = differences();
        if (kKnowsThreads && !only_one_thread()) wrong += 100;
        std::thread([&] { wrong += differences(); }).join();
        wrong += differences();
        if (only_one_thread()) wrong += 100;
        std::exit(wrong);
      },
      ::testing::ExitedWithCode(0), "");
}

TEST(SoloAtomic, LosesNothingBetweenThreads) {
  constexpr int kThreads = 4, kSteps = 20'000;
  SoloAtomic<std::uint64_t> sum(0), changes(0);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < kSteps; ++step) {
        sum.fetch_add(1, kRelaxed);
        std::uint64_t seen = changes.load(kRelaxed);
        while (!changes.compare_exchange_weak(seen, seen + 1, kRelaxed, kRelaxed)) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum.load(kRelaxed), std::uint64_t{kThreads} * kSteps);
  EXPECT_EQ(changes.load(kRelaxed), std::uint64_t{kThreads} * kSteps);
}

}  // namespace solo_atomic_test
}  // namespace book
