// The tools of the other tests: CountingWaker and DropCounter.
#include "support/counting_waker.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "support/drop_counter.h"

namespace book::test {
namespace {

TEST(CountingWaker, CountsClonesWakesAndDrops) {
  CountingWaker counter;
  {
    Waker first = counter.waker();
    Waker second = first;
    Waker moved = std::move(first);
    EXPECT_EQ(counter.clones(), 2);
    EXPECT_EQ(counter.kept(), 2);
    second.wake_by_ref();
    EXPECT_EQ(counter.kept(), 2);
    std::move(second).wake();
    EXPECT_EQ(counter.kept(), 1);
  }
  EXPECT_EQ(counter.wakes(), 2);
  EXPECT_EQ(counter.drops(), 2);
}

TEST(CountingWaker, ShowsAWakerThatWasDroppedTwice) {
  CountingWaker counter;
  // What a slot does that moves a waker's bytes, and forgets that it did.
  alignas(Waker) std::byte slots[2][sizeof(Waker)];
  new (slots[0]) Waker(counter.waker());
  std::memcpy(slots[1], slots[0], sizeof(Waker));
  for (std::byte* slot : slots) std::launder(reinterpret_cast<Waker*>(slot))->~Waker();
  EXPECT_EQ(counter.kept(), -1);
}

TEST(CountingWaker, MayBeGoneBeforeItsWakers) {
  Waker late;
  {
    CountingWaker counter;
    late = counter.waker();
  }
  late.wake_by_ref();
}

TEST(CountingWaker, CallsItsHooks) {
  CountingWaker counter;
  int clones = 0, wakes = 0;
  counter.on_clone([&] { ++clones; });
  counter.on_wake([&] { ++wakes; });
  Waker copy = counter.waker();
  std::move(copy).wake();
  EXPECT_EQ(clones, 1);
  EXPECT_EQ(wakes, 1);
}

TEST(CountingWaker, CountsFromSeveralThreads) {
  constexpr int kThreads = 4, kRounds = 1000;
  CountingWaker counter;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([waker = counter.waker()] {
      for (int i = 0; i < kRounds; ++i) Waker(waker).wake();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.wakes(), kThreads * kRounds);
}

TEST(DropCounter, CountsWhatIsAlive) {
  DropCounter counter;
  {
    auto token = counter.token();
    auto copy = token;
    auto moved = std::move(token);
    EXPECT_EQ(counter.live(), 2);
    copy = std::move(moved);
    EXPECT_EQ(counter.live(), 1);
  }
  EXPECT_EQ(counter.live(), 0);
  EXPECT_EQ(counter.made(), 2);
}

}  // namespace
}  // namespace book::test
