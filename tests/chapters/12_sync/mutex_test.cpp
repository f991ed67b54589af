// Mutex, Guard, lock_owned. Who waits is PermitCore's business: see semaphore_test.cpp. (Chapter
// 12)
#include "12_sync/mutex.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "deadlock_of.h"
#include "support/async_test.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace mutex_test {

using namespace std::chrono_literals;
using test::deadlock_of;
using test::Hand;
using test::says;

static_assert(sizeof(Mutex<>) <= 32);
static_assert(sizeof(Lock<int>) <= 56, "a task that waits is to take no more");
static_assert(!std::is_copy_constructible_v<Guard<int>> && !std::is_move_assignable_v<Guard<int>>);
static_assert(!std::is_constructible_v<Mutex<>, int>);

TEST(Mutex, GivesItsValueToOneTaskAtATime) {
  Mutex<std::string> mutex("a");
  const Hand a, b;
  auto first = mutex.lock(), second = mutex.lock();
  {
    const auto guard = a.poll(first);
    *guard.value() += "b";
    EXPECT_EQ(guard.value()->size(), 2u);
    EXPECT_TRUE(b.is_pending(second));
  }
  EXPECT_EQ(b.wakes(), 1);
  const auto guard = b.poll(second);
  EXPECT_EQ(*guard.value(), "ab");
}

TEST(Mutex, IsNotHadAtOnceWhileItIsLockedOrHandedOver) {
  Mutex<> mutex;
  const Hand hand;
  auto held = mutex.try_lock();
  EXPECT_TRUE(held.has_value());
  EXPECT_FALSE(mutex.try_lock());
  auto waits = mutex.lock();
  EXPECT_TRUE(hand.is_pending(waits));
  held.reset();
  EXPECT_FALSE(mutex.try_lock()) << "it belongs to the one who waits";
  EXPECT_TRUE(hand.is_ready(waits));
  EXPECT_TRUE(mutex.try_lock().has_value());
}

TEST(Mutex, MakesItsValueOfWhatItIsGiven) {
  const Mutex<std::vector<int>> three(3u, 7);
  Mutex<std::unique_ptr<int>> moved(std::make_unique<int>(7));
  EXPECT_EQ(**moved.try_lock().value(), 7);
  Mutex<int> zero;
  EXPECT_EQ(*zero.try_lock().value(), 0);
}

Async<> adds(Mutex<int>& mutex) {
  const auto guard = co_await mutex.lock();
  const int before = *guard;
  co_await sleep(1ms);
  *guard = before + 1;
}
ASYNC_TEST(Mutex, StaysLockedAcrossACoAwait) {
  Mutex<int> mutex(0);
  auto three = join(adds(mutex), adds(mutex), adds(mutex));
  co_await three;
  EXPECT_EQ(*mutex.try_lock().value(), 3);
}

ASYNC_TEST(Mutex, IsUnlockedByAnExceptionAndLeavesTheValueAsItWas) {
  Mutex<int> mutex(1);
  auto fails = [](Mutex<int>& m) -> Async<> {
    const auto guard = co_await m.lock();
    *guard = 2;
    throw std::runtime_error("half way");
  };
  auto failed = spawn(fails(mutex));
  auto waits = spawn(adds(mutex));
  bool thrown = false;
  try {
    co_await failed;
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  EXPECT_TRUE(thrown);
  co_await waits;
  EXPECT_EQ(*mutex.try_lock().value(), 3) << "no poison";
}

ASYNC_TEST(Mutex, IsPassedOnWhenALockIsGivenUp) {
  Mutex<int> mutex(0);
  auto held = mutex.try_lock();
  auto given_up = co_await timeout(1ms, mutex.lock());
  EXPECT_FALSE(given_up.has_value());
  auto waits = spawn(adds(mutex));
  co_await yield_now();
  held.reset();
  co_await waits;
  EXPECT_EQ(*mutex.try_lock().value(), 1);
}

TEST(Guard, MovesItsLock) {
  Mutex<int> mutex(7);
  auto guard = mutex.try_lock();
  {
    const Guard<int> moved(std::move(*guard));
    EXPECT_EQ(*moved, 7);
    EXPECT_THROW((void)**guard, std::logic_error);
    EXPECT_THROW((void)guard->operator->(), std::logic_error);
    guard.reset();
    EXPECT_FALSE(mutex.try_lock());
  }
  EXPECT_TRUE(mutex.try_lock().has_value());
}

TEST(LockOwned, KeepsTheMutexAlive) {
  const test::DropCounter drops;
  const Hand hand;
  {
    auto mutex = std::make_shared<Mutex<test::DropCounter::Token>>(drops.token());
    auto lock = lock_owned(std::move(mutex));
    const auto guard = hand.poll(lock);
    EXPECT_EQ(drops.live(), 1);
    const auto& token = *guard.value();
    (void)token;
  }
  EXPECT_EQ(drops.live(), 0);
}

TEST(LockOwned, KeepsItWhileItWaits) {
  const Hand hand;
  auto mutex = std::make_shared<Mutex<int>>(7);
  auto held = mutex->try_lock();
  {
    auto lock = lock_owned(mutex);
    EXPECT_TRUE(hand.is_pending(lock));
    held.reset();
    mutex.reset();
    const auto guard = hand.poll(lock);
    EXPECT_EQ(*guard.value(), 7);
  }
  EXPECT_EQ(hand.waker.kept(), 0);
}

TEST(LockOwned, RefusesNoMutexAtAll) {
  EXPECT_THROW((void)lock_owned(std::shared_ptr<Mutex<int>>()), std::logic_error);
}

TEST(Mutex, IsNamedInADeadlockWithTheLineOfItsHolder) {
  Mutex<> mutex;
  int line = 0;
  auto twice = [](Mutex<>& m, int& locked_in) -> Async<> {
    locked_in = __LINE__ + 1;
    const auto held = co_await m.lock();
    const auto again = co_await m.lock();
  };
  const std::string text = deadlock_of(twice(mutex, line));
  EXPECT_TRUE(says(text, "waits for a mutex that was locked in line " + std::to_string(line)))
      << text;
}

// The lock that was given to nobody: one task waits for it in two futures, and polls only the
// second. It is handed to the first.
TEST(Mutex, HandedToAFutureThatIsNotPolledIsADeadlockThatSaysSo) {
  Mutex<> mutex;
  int line = 0;
  auto holds = [](Mutex<>& m) -> Async<> {
    const auto held = co_await m.lock();
    co_await sleep(10ms);
  };
  auto forgets = [holds](Mutex<>& m, int& made_in) -> Async<> {
    spawn_detached(holds(m));
    co_await yield_now();
    made_in = __LINE__ + 1;
    auto waiting = m.lock();
    auto in_time = co_await timeout(5ms, waiting);
    EXPECT_FALSE(in_time.has_value());
    const auto again = co_await m.lock();  // behind `waiting`, in the queue and in this function
  };
  const std::string text = deadlock_of(forgets(mutex, line));
  EXPECT_TRUE(says(text,
                   "waits for a mutex, handed to a future which has to be polled to take it, "
                   "made in line " +
                       std::to_string(line)))
      << text;
}

TEST(MutexDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto mutex = std::make_unique<Mutex<>>();
        const auto guard = mutex->try_lock(42);
        mutex.reset();
      },
      "a Mutex was destroyed in use: it was taken in line 42");
  EXPECT_DEATH(
      {
        auto mutex = std::make_unique<Mutex<>>();
        const Hand hand;
        auto held = mutex->try_lock();
        auto waits = mutex->lock(43);
        (void)hand.poll(waits);
        held.reset();
        mutex.reset();
      },
      "a Mutex was destroyed in use: it was handed to a future, made in line 43");
}

TEST(Mutex, KnowsLinesOfVeryLongFiles) {
  Mutex<> mutex;
  auto waits = [](Mutex<>& m) -> Async<> {
    const auto held = m.try_lock(100'000);
    const auto again = co_await m.lock();
  };
  const std::string text = deadlock_of(waits(mutex));
  EXPECT_TRUE(says(text, "locked in line 65535")) << text;
}

}  // namespace mutex_test
}  // namespace book
