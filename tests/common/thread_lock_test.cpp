#include "common/thread_lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace book {
namespace thread_lock_test {

constexpr bool only_one_thread_is_known() {
#if __has_include(<sys/single_threaded.h>)
  return true;
#else
  return false;
#endif
}

TEST(ThreadLock, IsTakenByOneAtATime) {
  ThreadLock lock;
  {
    const std::lock_guard held(lock);
    EXPECT_FALSE(lock.try_lock());
  }
  ASSERT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

TEST(ThreadLock, LosesNoStepBetweenThreads) {
  constexpr int kThreads = 4, kSteps = 50'000;
  ThreadLock lock;
  long sum = 0;  // plain: the lock is all that guards it
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int step = 0; step < kSteps; ++step) {
        const std::lock_guard held(lock);
        ++sum;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sum, long{kThreads} * kSteps);
}

// They all sleep in the kernel when the lock is held for so long, and each unlock wakes one more.
TEST(ThreadLock, WakesEveryThreadThatSleeps) {
  constexpr int kThreads = 4;
  ThreadLock lock;
  int entered = 0;
  std::atomic<int> arrived{0};
  std::unique_lock held(lock);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      arrived.fetch_add(1);
      const std::lock_guard mine(lock);
      ++entered;
    });
  }
  while (arrived.load() < kThreads) std::this_thread::yield();
  for (int turn = 0; turn < 1'000; ++turn) std::this_thread::yield();  // they give up spinning
  held.unlock();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(entered, kThreads);
}

// As the last of several owners does: it locks, sees that it is the last, unlocks, deletes. The
// others may still be inside of their unlock().
TEST(ThreadLock, MayBeDestroyedByTheNextOneThatHadIt) {
  struct Shared {
    ThreadLock lock;
    int owners = 2;
  };
  for (int round = 0; round < 2'000; ++round) {
    auto* shared = new Shared;
    const auto leave = [shared] {
      shared->lock.lock();
      const bool last = --shared->owners == 0;
      shared->lock.unlock();
      if (last) delete shared;
    };
    std::thread other(leave);
    leave();
    other.join();
  }
}

TEST(ThreadLock, SaysSoWhenTheOnlyThreadLocksTwice) {
  // In a process of its own, which has had no thread yet.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto lock_twice = [] {
    if (!only_one_thread()) std::exit(0);  // the C library cannot tell: it would sleep forever
    ThreadLock lock;
    lock.lock();
    lock.lock();
  };
  if (only_one_thread_is_known()) {
    EXPECT_EXIT(lock_twice(), ::testing::KilledBySignal(SIGABRT), "locked already");
  }
}

}  // namespace thread_lock_test
}  // namespace book
