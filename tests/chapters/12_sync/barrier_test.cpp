// Barrier: rounds and their leaders. (Chapter 12)
#include "12_sync/barrier.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "deadlock_of.h"
#include "support/async_test.h"
#include "support/hand.h"

namespace book {
namespace barrier_test {

using test::deadlock_of;
using test::Hand;
using test::says;

static_assert(sizeof(BarrierWait) <= 56, "a task that waits is to take no more");

TEST(Barrier, LetsAllGoWhenTheLastHasCome) {
  Barrier barrier(3);
  const Hand a, b, c;
  auto first = barrier.wait(), second = barrier.wait(), third = barrier.wait();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(a.is_pending(first)) << "polled twice, it has come once";
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_EQ(a.wakes() + b.wakes(), 0);
  EXPECT_TRUE(c.poll(third).value()) << "the one who comes last leads";
  EXPECT_EQ(a.wakes(), 1);
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_FALSE(a.poll(first).value());
  EXPECT_FALSE(b.poll(second).value());
}

TEST(Barrier, OfNobodyOrOneHoldsUpNobody) {
  for (const std::size_t size : {0u, 1u}) {
    Barrier barrier(size);
    const Hand hand;
    for (int round = 0; round < 3; ++round) {
      auto wait = barrier.wait();
      EXPECT_TRUE(hand.poll(wait).value());
    }
    EXPECT_EQ(hand.waker.clones(), 0);
  }
}

TEST(Barrier, ARoundBeginsWhileThoseOfTheLastOneHaveNotYetGone) {
  Barrier barrier(2);
  const Hand a, b, c;
  auto first = barrier.wait(), second = barrier.wait(), third = barrier.wait();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.poll(second).value());
  EXPECT_TRUE(c.is_pending(third)) << "of the next round";
  EXPECT_FALSE(a.poll(first).value());
  auto fourth = barrier.wait();
  EXPECT_TRUE(a.poll(fourth).value());
  EXPECT_EQ(c.wakes(), 1);
}

TEST(Barrier, WakesAllHoweverManyTheyAre) {
  constexpr std::size_t kTasks = 2 * WakerBatch::kRoom + 3;
  Barrier barrier(kTasks);
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<std::optional<BarrierWait>> waiting(kTasks - 1);
  for (std::optional<BarrierWait>& each : waiting) {
    each.emplace(barrier.wait());
    hands.push_back(std::make_unique<Hand>());
    EXPECT_TRUE(hands.back()->is_pending(*each));
  }
  // While they are told, one of them is polled, and one dropped.
  hands.front()->waker.on_wake([&] {
    EXPECT_FALSE(hands[kTasks - 2]->poll(*waiting[kTasks - 2]).value());
    waiting[kTasks - 3].reset();
  });
  const Hand hand;
  auto last = barrier.wait();
  EXPECT_TRUE(hand.poll(last).value());
  for (std::size_t i = 0; i + 3 < kTasks; ++i) EXPECT_EQ(hands[i]->wakes(), 1);
  auto next = barrier.wait();
  EXPECT_TRUE(hand.is_pending(next)) << "the one that was dropped has left no trace";
}

// The barrier goes, and another stands in its place: the future that has its answer leaves it
// alone.
TEST(Barrier, IsNotTouchedByAFutureThatHasFinished) {
  std::optional<Barrier> barrier(std::in_place, 2u);
  const Hand a, b;
  std::optional first(barrier->wait());
  EXPECT_TRUE(a.is_pending(*first));
  {
    auto last = barrier->wait();
    EXPECT_TRUE(b.poll(last).value());
  }
  EXPECT_FALSE(a.poll(*first).value());
  barrier.reset();
  barrier.emplace(2u);
  first.reset();
  auto third = barrier->wait(), fourth = barrier->wait();
  EXPECT_TRUE(a.is_pending(third));
  EXPECT_TRUE(b.is_ready(fourth));
  EXPECT_TRUE(a.is_ready(third));
}

Async<> takes_part(Barrier& barrier, int& arrived, int& leaders) {
  for (int round = 1; round <= 5; ++round) {
    ++arrived;
    const bool leader = co_await barrier.wait();
    leaders += leader ? 1 : 0;
    EXPECT_GE(arrived, 4 * round) << "one went on before all had come";
  }
}
ASYNC_TEST(Barrier, KeepsTasksInStepRoundAfterRound) {
  Barrier barrier(4);
  int arrived = 0, leaders = 0;
  std::vector<JoinHandle<void>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(spawn(takes_part(barrier, arrived, leaders)));
  for (JoinHandle<void>& task : tasks) co_await task;
  EXPECT_EQ(arrived, 20);
  EXPECT_EQ(leaders, 5) << "one leader a round";
}

TEST(Barrier, SaysInADeadlockHowManyAreMissing) {
  Barrier barrier(3);
  auto waits = [](Barrier& b) -> Async<> { co_await b.wait(); };
  const std::string text = deadlock_of(waits(barrier));
  EXPECT_TRUE(says(text, "waits for the others at a barrier; to come are 2;")) << text;
}

TEST(BarrierDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto barrier = std::make_unique<Barrier>(2);
        const Hand hand;
        auto waits = barrier->wait(42);
        (void)hand.poll(waits);
        barrier.reset();
      },
      "a Barrier was destroyed in use: a task waits for it since line 42");
  // The leader goes on at once, and the others have been woken: that is not yet to have gone.
  EXPECT_DEATH(
      {
        auto barrier = std::make_unique<Barrier>(2);
        const Hand hand;
        auto waits = barrier->wait(43);
        (void)hand.poll(waits);
        auto leads = barrier->wait(44);
        (void)hand.poll(leads);
        barrier.reset();
      },
      "a Barrier was destroyed in use: a task that it let go has yet to be polled; it waits since "
      "line 43");
}

}  // namespace barrier_test
}  // namespace book
