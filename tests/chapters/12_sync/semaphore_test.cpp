// Semaphore and Permit: who gets what, and in which order. (Chapter 12)
#include "12_sync/semaphore.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "11_channels/wait_queue.h"
#include "deadlock_of.h"
#include "support/async_test.h"
#include "support/hand.h"

namespace book {
namespace semaphore_test {

using test::deadlock_of;
using test::Hand;
using test::says;

static_assert(sizeof(Semaphore) <= 40);
static_assert(sizeof(Acquire) <= 56, "a task that waits is to take no more");
static_assert(!std::is_copy_constructible_v<Permit> && !std::is_move_assignable_v<Permit>);

TEST(Semaphore, GivesAsManyAsThereAre) {
  Semaphore semaphore(2);
  const Hand hand;
  auto first = semaphore.acquire(), second = semaphore.acquire(), third = semaphore.acquire();
  auto one = hand.poll(first);
  EXPECT_EQ(semaphore.available(), 1u);
  auto two = hand.poll(second);
  EXPECT_EQ(semaphore.available(), 0u);
  EXPECT_TRUE(hand.is_pending(third));
  EXPECT_EQ(one.value().size(), 1u);
}

TEST(Semaphore, ATaskThatNeedNotWaitClonesNoWaker) {
  Semaphore semaphore(1);
  const Hand hand;
  for (int i = 0; i < 3; ++i) {
    auto acquire = semaphore.acquire();
    EXPECT_TRUE(hand.is_ready(acquire));
  }
  EXPECT_EQ(hand.waker.clones(), 0);
}

TEST(Semaphore, AFutureThatIsNotPolledHasNoPlaceInTheQueue) {
  Semaphore semaphore(1);
  const Hand hand;
  auto never_polled = semaphore.acquire();
  auto acquire = semaphore.acquire();
  EXPECT_TRUE(hand.is_ready(acquire));
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, HandsAPermitToWhoHasWaitedLongest) {
  Semaphore semaphore(1);
  const Hand a, b, late;
  auto held = semaphore.try_acquire();
  auto first = semaphore.acquire(), second = semaphore.acquire();
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  held.reset();
  EXPECT_EQ(a.wakes(), 1);
  EXPECT_EQ(b.wakes(), 0);
  EXPECT_EQ(semaphore.available(), 0u) << "it belongs to the first, who has not been polled yet";
  EXPECT_FALSE(semaphore.try_acquire()) << "so nobody passes by";
  auto later = semaphore.acquire();
  EXPECT_TRUE(late.is_pending(later));
  EXPECT_TRUE(a.is_ready(first));  // and its permit goes at once
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_EQ(late.wakes(), 0);
}

TEST(Semaphore, ALargeRequestIsNotPassedBySmallOnes) {
  Semaphore semaphore(3);
  const Hand large_hand, small_hand;
  auto one = semaphore.try_acquire();
  auto large = semaphore.acquire(3), small = semaphore.acquire();
  EXPECT_TRUE(large_hand.is_pending(large));
  EXPECT_TRUE(small_hand.is_pending(small)) << "two are free, but another waits";
  EXPECT_FALSE(semaphore.try_acquire());
  EXPECT_EQ(semaphore.available(), 2u);
  one.reset();
  EXPECT_EQ(large_hand.wakes(), 1);
  EXPECT_EQ(small_hand.wakes(), 0);
  auto all = large_hand.poll(large);
  EXPECT_EQ(all.value().size(), 3u);
  all.value().split(2).reset();
  EXPECT_EQ(small_hand.wakes(), 1);
  EXPECT_TRUE(small_hand.is_ready(small));
}

TEST(Semaphore, ServesAllThoseForWhomThereIsEnough) {
  constexpr std::size_t kTasks = 2 * WakerBatch::kRoom + 3;
  Semaphore semaphore(0, kTasks);
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<Acquire> waiting;
  waiting.reserve(kTasks);
  for (std::size_t i = 0; i < kTasks; ++i) {
    waiting.push_back(semaphore.acquire());
    hands.push_back(std::make_unique<Hand>());
    EXPECT_TRUE(hands.back()->is_pending(waiting.back()));
  }
  semaphore.add(kTasks - 1);
  for (std::size_t i = 0; i + 1 < kTasks; ++i) EXPECT_EQ(hands[i]->wakes(), 1);
  EXPECT_EQ(hands.back()->wakes(), 0);
  EXPECT_TRUE(hands.front()->is_ready(waiting.front()));  // gives its permit back
  EXPECT_EQ(hands.back()->wakes(), 1);
}

TEST(Semaphore, WakesAllOthersWhenOneWakerThrows) {
  Semaphore semaphore(0, 3);
  Hand bad, good;
  auto first = semaphore.acquire(), second = semaphore.acquire(), third = semaphore.acquire();
  bad.waker.on_wake([] { throw std::runtime_error("a bad waker"); });
  EXPECT_TRUE(bad.is_pending(first));
  EXPECT_TRUE(good.is_pending(second));
  EXPECT_TRUE(good.is_pending(third));
  EXPECT_THROW(semaphore.add(3), std::runtime_error);
  EXPECT_EQ(good.wakes(), 2);
}

TEST(Semaphore, RunsNoForeignCodeUnderItsLock) {
  Semaphore semaphore(1);
  Hand a, b;
  std::optional<Permit> held = semaphore.try_acquire();
  auto first = semaphore.acquire(), second = semaphore.acquire();
  int looked = 0;
  for (Hand* hand : {&a, &b}) {
    hand->waker.on_clone([&] { looked += semaphore.available() == 0 ? 1 : 0; });
    hand->waker.on_wake([&] { looked += semaphore.available() == 0 ? 1 : 0; });
  }
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  held.reset();
  EXPECT_TRUE(a.is_ready(first));
  EXPECT_EQ(looked, 4) << "had the lock been held, the thread would have met itself";
}

TEST(Semaphore, APermitThatComesWhileTheWakerIsCopiedIsSeen) {
  Semaphore semaphore(1);
  Hand hand;
  std::optional<Permit> held = semaphore.try_acquire();
  auto acquire = semaphore.acquire();
  hand.waker.on_clone([&] { held.reset(); });
  EXPECT_TRUE(hand.is_ready(acquire));
  EXPECT_EQ(hand.waker.kept(), 0);
}

TEST(Semaphore, CanBeGivenMoreAndLess) {
  Semaphore semaphore(1, 5);
  semaphore.add(3);
  EXPECT_EQ(semaphore.available(), 4u);
  EXPECT_EQ(semaphore.forget(3), 3u);
  EXPECT_EQ(semaphore.available(), 1u);
  EXPECT_EQ(semaphore.forget(7), 1u) << "those that are free, and no more";
  EXPECT_EQ(semaphore.forget(7), 0u);
  semaphore.add(5);
  EXPECT_EQ(semaphore.available(), 5u);
}

TEST(Semaphore, ThoseThatAreAddedGoToWhoWaits) {
  Semaphore semaphore(0, 2);
  const Hand hand;
  auto acquire = semaphore.acquire(2);
  EXPECT_TRUE(hand.is_pending(acquire));
  semaphore.add(1);
  EXPECT_EQ(hand.wakes(), 0);
  EXPECT_EQ(semaphore.forget(1), 1u) << "not given yet: it waits for two at once";
  semaphore.add(1);
  semaphore.add(1);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(acquire));
}

TEST(Semaphore, WhenClosedRefusesThoseWhoWaitAndThoseWhoCome) {
  Semaphore semaphore(1);
  const Hand a, b;
  {
    const auto held = semaphore.try_acquire();
    auto first = semaphore.acquire();
    EXPECT_TRUE(a.is_pending(first));
    semaphore.close();
    EXPECT_TRUE(semaphore.is_closed());
    EXPECT_EQ(a.wakes(), 1);
    EXPECT_THROW((void)a.poll(first), SemaphoreClosed);
    EXPECT_FALSE(semaphore.try_acquire());
  }
  EXPECT_EQ(semaphore.available(), 1u) << "what was out has come back";
  auto late = semaphore.acquire();
  EXPECT_THROW((void)b.poll(late), SemaphoreClosed) << "though one is free";
  semaphore.close();  // once more changes nothing
}

TEST(Semaphore, WhatWasHandedOverBeforeItWasClosedStays) {
  Semaphore semaphore(1);
  const Hand hand;
  auto held = semaphore.try_acquire();
  auto acquire = semaphore.acquire();
  EXPECT_TRUE(hand.is_pending(acquire));
  held.reset();
  semaphore.close();
  EXPECT_TRUE(hand.is_ready(acquire));
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, WhenClosedTellsAllHoweverManyTheyAre) {
  constexpr std::size_t kTasks = 2 * WakerBatch::kRoom + 3;
  Semaphore semaphore(0, 1);
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<std::optional<Acquire>> waiting(kTasks);
  for (std::optional<Acquire>& each : waiting) {
    each.emplace(semaphore.acquire());
    hands.push_back(std::make_unique<Hand>());
    EXPECT_TRUE(hands.back()->is_pending(*each));
  }
  // The first that hears of it drops the last, and gives a permit: too late.
  hands.front()->waker.on_wake([&] {
    waiting.back().reset();
    semaphore.add(1);
  });
  semaphore.close();
  EXPECT_EQ(hands.back()->wakes(), 0);
  for (std::size_t i = 0; i + 1 < kTasks; ++i) {
    EXPECT_EQ(hands[i]->wakes(), 1);
    EXPECT_THROW((void)hands[i]->poll(*waiting[i]), SemaphoreClosed);
  }
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, MayGoWhenAllThatItRefusedHaveBeenPolledOrAreGone) {
  auto semaphore = std::make_unique<Semaphore>(0u, 1u);
  const Hand hand;
  auto refused = semaphore->acquire(), late = semaphore->acquire();
  std::optional dropped(semaphore->acquire());
  EXPECT_TRUE(hand.is_pending(refused));
  EXPECT_TRUE(hand.is_pending(*dropped));
  semaphore->close();
  EXPECT_THROW((void)hand.poll(refused), SemaphoreClosed);
  EXPECT_THROW((void)hand.poll(late), SemaphoreClosed);
  dropped.reset();
  semaphore.reset();
}  // `refused` goes after it, and must not look at it: the address sanitizer sees that

TEST(Semaphore, ClosedWhileAWakerIsCopiedRefusesThatTask) {
  Semaphore semaphore(0, 1);
  Hand hand;
  auto acquire = semaphore.acquire();
  hand.waker.on_clone([&] { semaphore.close(); });
  EXPECT_THROW((void)hand.poll(acquire), SemaphoreClosed);
  EXPECT_EQ(hand.waker.kept(), 0);
}

TEST(Permit, CanBeSplitAndMerged) {
  Semaphore semaphore(5);
  auto permit = semaphore.try_acquire(4);
  EXPECT_FALSE(permit->split(5)) << "it has not so many";
  EXPECT_EQ(permit->size(), 4u);
  auto part = permit->split(3);
  EXPECT_EQ(part->size(), 3u);
  EXPECT_EQ(permit->size(), 1u);
  part->merge(std::move(*permit));
  EXPECT_EQ(part->size(), 4u);
  EXPECT_EQ(permit->size(), 0u);
  permit.reset();
  EXPECT_EQ(semaphore.available(), 1u) << "they went along";
  auto all = part->split(4);
  EXPECT_EQ(part->size(), 0u);
  part.reset();
  EXPECT_EQ(semaphore.available(), 1u);
  all.reset();
  EXPECT_EQ(semaphore.available(), 5u);
}

TEST(Permit, MergedWithItselfStaysAsItIs) {
  Semaphore semaphore(2);
  auto permit = semaphore.try_acquire(2);
  permit->merge(std::move(*permit));
  EXPECT_EQ(permit->size(), 2u);
}

TEST(Permit, IsNotMergedWithOneOfAnotherSemaphore) {
  Semaphore semaphore(2), other(2);
  auto permit = semaphore.try_acquire(), strange = other.try_acquire();
  EXPECT_THROW(permit->merge(std::move(*strange)), std::invalid_argument);
  permit.reset();
  EXPECT_EQ(semaphore.available(), 2u);
  EXPECT_EQ(strange->size(), 1u) << "both are as they were";
}

TEST(Permit, ForgottenNeverComesBack) {
  Semaphore semaphore(3);
  semaphore.try_acquire(2)->forget();
  EXPECT_EQ(semaphore.available(), 1u);
  semaphore.add(2);
  EXPECT_EQ(semaphore.available(), 3u) << "there is room for new ones in its place";
}

TEST(Permit, MovedFromHasNone) {
  Semaphore semaphore(1);
  auto permit = semaphore.try_acquire();
  {
    const Permit moved(std::move(*permit));
    EXPECT_EQ(permit->size(), 0u);
    permit->forget();
    permit.reset();
    EXPECT_EQ(semaphore.available(), 0u);
  }
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(Semaphore, RefusesWhatCanNeverBe) {
  EXPECT_THROW(Semaphore(0), std::invalid_argument);
  EXPECT_THROW(Semaphore(0, 0), std::invalid_argument);
  EXPECT_THROW(Semaphore(3, 2), std::invalid_argument);
  EXPECT_THROW(Semaphore(1, Semaphore::kMaxPermits + 1), std::invalid_argument);
  Semaphore semaphore(2, 3);
  EXPECT_THROW((void)semaphore.acquire(0), std::invalid_argument);
  EXPECT_THROW((void)semaphore.acquire(4), std::invalid_argument);
  EXPECT_THROW((void)semaphore.acquire(std::size_t{1} << 32), std::invalid_argument);
  EXPECT_THROW((void)semaphore.try_acquire(0), std::invalid_argument);
  EXPECT_THROW((void)semaphore.try_acquire(4), std::invalid_argument);
  EXPECT_THROW(semaphore.add(2), std::invalid_argument);
  EXPECT_THROW(semaphore.add(~std::size_t{0}), std::invalid_argument);
  const auto held = semaphore.try_acquire();
  EXPECT_THROW(semaphore.add(2), std::invalid_argument) << "what is out will come back";
  EXPECT_THROW((void)semaphore.try_acquire()->split(0), std::invalid_argument);
  EXPECT_EQ(semaphore.available(), 1u) << "and nothing was lost by all this";
}

TEST(Semaphore, HasNoSmallLimit) {
  Semaphore semaphore(Semaphore::kMaxPermits);
  const auto all = semaphore.try_acquire(Semaphore::kMaxPermits);
  EXPECT_EQ(all->size(), Semaphore::kMaxPermits);
  EXPECT_FALSE(semaphore.try_acquire());
}

Async<> works(Semaphore& semaphore, int& at_once, int& most) {
  const auto permit = co_await semaphore.acquire();
  most = std::max(most, ++at_once);
  co_await yield_now();
  --at_once;
}
ASYNC_TEST(Semaphore, LetsSoManyTasksWorkAtATime) {
  Semaphore semaphore(4);
  int at_once = 0, most = 0;
  std::vector<JoinHandle<void>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(spawn(works(semaphore, at_once, most)));
  for (JoinHandle<void>& task : tasks) co_await task;
  EXPECT_EQ(most, 4);
  EXPECT_EQ(semaphore.available(), 4u);
}

TEST(Semaphore, IsNamedInADeadlockWithTheLineOfWhoHasPermits) {
  Semaphore semaphore(3);
  int line = 0;
  auto waits = [](Semaphore& s, int& taken_in) -> Async<> {
    taken_in = __LINE__ + 1;
    const auto two = co_await s.acquire(2);
    const auto more = co_await s.acquire(2);
  };
  const std::string text = deadlock_of(waits(semaphore, line));
  EXPECT_TRUE(says(text,
                   "waits for permits of a semaphore, of which the latest were taken in "
                   "line " +
                       std::to_string(line)))
      << text;
}

TEST(Semaphore, SaysInADeadlockThatTheTaskInFrontNeedsMore) {
  Semaphore semaphore(3);
  auto small = [](Semaphore& s) -> Async<> { const auto one = co_await s.acquire(1); };
  auto large = [small](Semaphore& s) -> Async<> {
    const auto one = s.try_acquire();
    spawn_detached(small(s));
    const auto all = co_await s.acquire(3);
  };
  const std::string text = deadlock_of(large(semaphore));
  EXPECT_TRUE(says(text, "waits for permits of a semaphore, behind one that needs more")) << text;
}

TEST(Semaphore, WithoutPermitsIsNamedInADeadlock) {
  Semaphore semaphore(0, 1);
  auto waits = [](Semaphore& s) -> Async<> { const auto one = co_await s.acquire(); };
  const std::string text = deadlock_of(waits(semaphore));
  EXPECT_TRUE(says(text, "waits for permits of a semaphore;")) << text;
}

// What a report says of those who have permits: not that a future has to be polled which is gone.
TEST(Semaphore, DoesNotSayThatPermitsAreHandedToAFutureThatIsGone) {
  Semaphore semaphore(3);
  const Hand hand;
  const auto kept = semaphore.try_acquire(1, 41);
  auto back = semaphore.try_acquire(2, 42);
  std::optional given_up(semaphore.acquire(2, 43));
  EXPECT_TRUE(hand.is_pending(*given_up));
  auto all = semaphore.acquire(3);
  Context cx(hand.waker.waker());
  back.reset();
  EXPECT_TRUE(all.poll(cx).is_pending());
  EXPECT_TRUE(says(cx.reason().what, "handed to a future"));
  EXPECT_EQ(cx.reason().number, 43);
  given_up.reset();
  EXPECT_TRUE(all.poll(cx).is_pending());
  EXPECT_FALSE(says(cx.reason().what, "handed to a future")) << cx.reason().what;
}

TEST(Semaphore, IsUsedAfterTheExecutorsEnd) {
  Semaphore semaphore(1);
  std::optional<Permit> kept;
  auto takes = [](Semaphore& s, std::optional<Permit>& into) -> Async<> {
    auto permit = co_await s.acquire();
    into.emplace(std::move(permit));
  };
  auto waits = [](Semaphore& s) -> Async<> { const auto one = co_await s.acquire(); };
  {
    Executor executor;
    executor.spawn(takes(semaphore, kept));
    executor.spawn(waits(semaphore));
    executor.block_on(yield_now());
    EXPECT_TRUE(kept.has_value());
  }
  kept.reset();  // the one that waited went with its executor
  EXPECT_EQ(semaphore.available(), 1u);
  Executor executor;
  executor.block_on(takes(semaphore, kept));
  EXPECT_TRUE(kept.has_value()) << "another executor may go on with it";
}

TEST(SemaphoreDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto semaphore = std::make_unique<Semaphore>(2);
        const auto permit = semaphore->try_acquire(1, 42);
        semaphore.reset();
      },
      "a Semaphore was destroyed in use: it was taken in line 42");
  EXPECT_DEATH(
      {
        auto semaphore = std::make_unique<Semaphore>(0, 2);
        const Hand hand;
        auto waits = semaphore->acquire(1, 43);
        (void)hand.poll(waits);
        semaphore.reset();
      },
      "a Semaphore was destroyed in use: a task waits for it since line 43");
  // Woken by close() is not yet refused: the future will look at the semaphore once more.
  EXPECT_DEATH(
      {
        auto semaphore = std::make_unique<Semaphore>(0, 2);
        const Hand hand;
        auto waits = semaphore->acquire(1, 44);
        (void)hand.poll(waits);
        semaphore->close();
        semaphore.reset();
      },
      "a Semaphore was destroyed in use: a task waits for it since line 44");
}

}  // namespace semaphore_test
}  // namespace book
