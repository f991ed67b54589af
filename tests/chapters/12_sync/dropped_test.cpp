// What a dropped operation loses: nothing. Every future of this chapter is dropped at every point
// where it may stand. (Chapter 12)
#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "12_sync/barrier.h"
#include "12_sync/mutex.h"
#include "12_sync/notify.h"
#include "12_sync/once_cell.h"
#include "12_sync/rw_lock.h"
#include "12_sync/semaphore.h"
#include "support/hand.h"

namespace book {
namespace dropped_test {

using test::Hand;

/// Where an operation may be dropped.
enum class At {
  never_polled,
  waiting,  ///< it has been polled, and is pending
  woken,    ///< what it waits for has been handed to it, and it has not been polled since
};
constexpr At kEverywhere[] = {At::never_polled, At::waiting, At::woken};

/// `first` and `second` wait for what `free` sets free, which is enough for one of them. The first
/// is dropped, wherever it stands; the second must get it.
template <class First, class Second>
void expect_passed_on(At at, std::optional<First> first, Second second,
                      const std::function<void()>& free) {
  const Hand hand, next_hand;
  if (at != At::never_polled) {
    EXPECT_TRUE(hand.is_pending(*first));
  }
  EXPECT_TRUE(next_hand.is_pending(second));
  if (at == At::woken) {
    free();
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_EQ(next_hand.wakes(), 0);
  }
  first.reset();
  EXPECT_EQ(hand.waker.kept(), 0);
  if (at != At::woken) free();
  EXPECT_EQ(hand.wakes(), at == At::woken ? 1 : 0);
  EXPECT_EQ(next_hand.wakes(), 1) << "it went down with the future that was dropped";
  EXPECT_TRUE(next_hand.is_ready(second));
}

TEST(Dropped, AnAcquirePassesOnItsPermits) {
  for (const At at : kEverywhere) {
    for (const std::size_t first : {1u, 2u, 3u}) {
      for (const std::size_t second : {1u, 2u, 3u}) {
        if (at == At::woken && first + second <= 3) continue;  // both have enough
        Semaphore semaphore(3);
        auto held = semaphore.try_acquire(3);
        expect_passed_on(at, std::optional(semaphore.acquire(first)), semaphore.acquire(second),
                         [&] { held.reset(); });
        EXPECT_EQ(semaphore.available(), 3u);
      }
    }
  }
}

TEST(Dropped, AnAcquireThatWaitsForManyLetsTheSmallOnesGo) {
  Semaphore semaphore(3);
  const Hand large_hand, a, b, c;
  const auto held = semaphore.try_acquire();
  std::optional large(semaphore.acquire(3));
  auto first = semaphore.acquire(), second = semaphore.acquire(), third = semaphore.acquire();
  EXPECT_TRUE(large_hand.is_pending(*large));
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(c.is_pending(third));
  large.reset();
  EXPECT_EQ(a.wakes(), 1);
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_EQ(c.wakes(), 0) << "there are two";
}

TEST(Dropped, AnAcquireOfAClosedSemaphoreLeavesNothingBehind) {
  for (const bool handed_over : {false, true}) {
    Semaphore semaphore(1);
    const Hand hand;
    auto held = semaphore.try_acquire();
    std::optional acquire(semaphore.acquire());
    EXPECT_TRUE(hand.is_pending(*acquire));
    if (handed_over) held.reset();
    semaphore.close();
    acquire.reset();
    held.reset();
    EXPECT_EQ(hand.waker.kept(), 0);
    EXPECT_EQ(semaphore.available(), 1u);
  }
}

TEST(Dropped, ALockPassesOnTheMutex) {
  for (const At at : kEverywhere) {
    auto mutex = std::make_shared<Mutex<>>();
    auto held = mutex->try_lock();
    expect_passed_on(at, std::optional(mutex->lock()), mutex->lock(), [&] { held.reset(); });
    held.emplace(*mutex->try_lock());
    expect_passed_on(at, std::optional(lock_owned(mutex)), lock_owned(mutex),
                     [&] { held.reset(); });
    EXPECT_TRUE(mutex->try_lock().has_value());
    EXPECT_EQ(mutex.use_count(), 1);
  }
}

TEST(Dropped, AReadOrAWritePassesOnTheLock) {
  for (const At at : kEverywhere) {
    RwLock<int> lock(7);
    auto reading = lock.try_read();
    expect_passed_on(at, std::optional(lock.write()), lock.write(), [&] { reading.reset(); });
    auto writing = lock.try_write();
    expect_passed_on(at, std::optional(lock.read()), lock.write(), [&] { writing.reset(); });
    writing.emplace(*lock.try_write());
    expect_passed_on(at, std::optional(lock.write()), lock.read(), [&] { writing.reset(); });
    EXPECT_TRUE(lock.try_write().has_value());
  }
}

TEST(Dropped, ANotifiedPassesOnItsNotification) {
  for (const At at : kEverywhere) {
    Notify notify;
    expect_passed_on(at, std::optional(notify.notified()), notify.notified(),
                     [&] { notify.notify_one(); });
    auto none = notify.notified();
    EXPECT_TRUE(Hand().is_pending(none)) << "one notification, one task";
  }
}

TEST(Dropped, ANotifiedPassesOnANotificationToTheLastIfItWasForTheLast) {
  Notify notify;
  const Hand a, b, c;
  auto first = notify.notified(), second = notify.notified();
  std::optional third(notify.notified());
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(c.is_pending(*third));
  notify.notify_last();
  EXPECT_EQ(c.wakes(), 1);
  third.reset();
  EXPECT_EQ(a.wakes(), 0);
  EXPECT_EQ(b.wakes(), 1);
}

TEST(Dropped, ANotificationThatNobodyElseWaitsForIsKept) {
  for (const bool enabled : {false, true}) {
    Notify notify;
    const Hand hand;
    std::optional waits(notify.notified());
    EXPECT_FALSE(enabled ? waits->enable() : hand.is_ready(*waits));
    notify.notify_one();
    waits.reset();
    auto next = notify.notified();
    EXPECT_TRUE(hand.is_ready(next));
  }
}

TEST(Dropped, ANotificationForAllIsNotPassedOn) {
  Notify notify;
  const Hand hand, late_hand;
  std::optional waits(notify.notified());
  EXPECT_TRUE(hand.is_pending(*waits));
  notify.notify_all();
  auto late = notify.notified();
  EXPECT_TRUE(late_hand.is_pending(late));
  waits.reset();
  EXPECT_EQ(late_hand.wakes(), 0);
}

TEST(Dropped, ANotificationForOneThatARoundOvertookIsPassedOn) {
  Notify notify;
  const Hand hand;
  std::optional waits(notify.notified());
  EXPECT_TRUE(hand.is_pending(*waits));
  notify.notify_one();
  notify.notify_all();
  waits.reset();
  auto next = notify.notified();
  EXPECT_TRUE(hand.is_ready(next));
}

TEST(Dropped, AWaitAtABarrierHasNotCome) {
  for (const At at : kEverywhere) {
    Barrier barrier(2);
    const Hand a, b, c;
    std::optional dropped(barrier.wait());
    if (at != At::never_polled) {
      EXPECT_TRUE(a.is_pending(*dropped));
    }
    if (at == At::woken) {
      auto last = barrier.wait();
      EXPECT_TRUE(b.poll(last).value());
      EXPECT_EQ(a.wakes(), 1);
    }
    dropped.reset();
    EXPECT_EQ(a.waker.kept(), 0);
    auto first = barrier.wait(), second = barrier.wait();
    EXPECT_TRUE(b.is_pending(first)) << "the one that was dropped does not count";
    EXPECT_TRUE(c.poll(second).value());
    EXPECT_FALSE(b.poll(first).value());
  }
}

TEST(Dropped, AnInitialiserLeavesTheCellToTheNext) {
  OnceCell<int> cell;
  const Hand a, b;
  std::optional making(cell.get_or_init([] { return never<int>(); }));
  auto waits = cell.get_or_init([] { return ready(7); });
  EXPECT_TRUE(a.is_pending(*making));
  EXPECT_TRUE(b.is_pending(waits));
  making.reset();
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_EQ(*b.poll(waits).value(), 7);
}

TEST(Dropped, OneThatWaitsForACellLeavesItsTurnToTheNext) {
  for (const At at : kEverywhere) {
    OnceCell<int> cell;
    const Hand hand;
    std::optional making(cell.get_or_init([] { return never<int>(); }));
    EXPECT_TRUE(hand.is_pending(*making));
    const auto init = [] { return ready(7); };
    expect_passed_on(at, std::optional(cell.get_or_init(init)), cell.get_or_init(init),
                     [&] { making.reset(); });
    EXPECT_EQ(*cell.get(), 7);
  }
}

// ---- a task that uses all of them, dropped after k polls, for every k ------------------------

struct Locks {
  Semaphore semaphore{3};
  Mutex<int> mutex{0};
  RwLock<int> rw_lock{0};
  Notify notify;
  Barrier barrier{1};
  OnceCell<int> cell;
};

Async<int> makes(Locks& locks) {
  const auto guard = co_await locks.mutex.lock();
  co_await yield_now();
  co_return 7;
}
Async<> uses_all(Locks& locks) {
  auto permit = co_await locks.semaphore.acquire(2);
  co_await yield_now();
  {
    const auto guard = co_await locks.mutex.lock();
    co_await yield_now();
    auto writing = co_await locks.rw_lock.write();
    co_await yield_now();
    const auto reading = std::move(writing).downgrade();
    co_await yield_now();
  }
  auto init = [&locks] { return makes(locks); };
  const int* value = co_await locks.cell.get_or_init(std::move(init));
  EXPECT_EQ(*value, 7);
  locks.notify.notify_one();
  co_await locks.notify.notified();
  co_await locks.barrier.wait();
  co_await yield_now();
}

TEST(Dropped, ATaskGivesEverythingBackAtEverySuspensionPoint) {
  int polls = 0;
  for (bool ended = false; !ended; ++polls) {
    Locks locks;
    const Hand hand, other_hand;
    {
      std::optional task(uses_all(locks));
      std::optional other(uses_all(locks));
      for (int i = 0; i < polls && !ended; ++i) {
        ended = hand.is_ready(*task);
        EXPECT_FALSE(other_hand.is_ready(*other)) << "two permits are out: it waits";
      }
      task.reset();
      if (polls > 0 && !ended) {
        EXPECT_EQ(other_hand.wakes(), 1);
      }
    }
    EXPECT_EQ(locks.semaphore.available(), 3u);
    EXPECT_TRUE(locks.mutex.try_lock().has_value());
    EXPECT_TRUE(locks.rw_lock.try_write().has_value());
    EXPECT_EQ(hand.waker.kept() + other_hand.waker.kept(), 0);
    if (!locks.cell.get()) {
      EXPECT_TRUE(locks.cell.set(1));
    }
  }
  EXPECT_GT(polls, 6) << "it has no suspension points any more: nothing was tested";
}

}  // namespace dropped_test
}  // namespace book
