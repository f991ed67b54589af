// Tests of the piece hand_over: permits that come back go to the tasks that wait.
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "12_sync/mutex.h"
#include "12_sync/semaphore.h"
#include "support/hand.h"
#include "support/watchdog.h"

namespace book {
namespace {

using test::Hand;

Permit take(Semaphore& semaphore, std::size_t permits = 1) {
  std::optional<Permit> permit = semaphore.try_acquire(permits);
  if (!permit) throw std::logic_error("the test wants permits that are not free");
  return std::move(*permit);
}

TEST(HandOver, WakesTheTaskThatWaits) {
  Semaphore semaphore(1);
  const Hand task;
  auto held = std::make_optional(take(semaphore));
  Acquire waits = semaphore.acquire();
  ASSERT_TRUE(task.is_pending(waits));
  held.reset();
  ASSERT_EQ(task.wakes(), 1)
      << "hand_over: the permit came back, a task waits for it, and was not woken.";
  EXPECT_EQ(semaphore.available(), 0u)
      << "hand_over: it woke the task and left the permit free. A task that comes by first takes "
      << "it away: take() it for the claim, under the lock.";
  Poll<Permit> permit = task.poll(waits);
  ASSERT_TRUE(permit.is_ready()) << "hand_over: the task was woken, and is pending still.";
  EXPECT_EQ(permit.value().size(), 1u)
      << "hand_over: the claim says how many permits it needs, and leave it so.";
}

TEST(HandOver, ThePermitBelongsToTheTaskBeforeItIsPolled) {
  Semaphore semaphore(1);
  const Hand task;
  auto held = std::make_optional(take(semaphore));
  Acquire waits = semaphore.acquire();
  ASSERT_TRUE(task.is_pending(waits));
  held.reset();
  EXPECT_EQ(semaphore.available(), 0u)
      << "hand_over: it woke the task and left the permit free. A task that comes by first takes "
      << "it away: take() it for the claim, under the lock.";
  EXPECT_FALSE(semaphore.try_acquire().has_value());
}

TEST(HandOver, FirstComeFirstServed) {
  Semaphore semaphore(1);
  const Hand first, second;
  auto held = std::make_optional(take(semaphore));
  Acquire a = semaphore.acquire(), b = semaphore.acquire();
  ASSERT_TRUE(first.is_pending(a));
  ASSERT_TRUE(second.is_pending(b));
  held.reset();
  EXPECT_EQ(first.wakes(), 1) << "hand_over: the first in the queue waits longest.";
  EXPECT_EQ(second.wakes(), 0) << "hand_over: one permit, and two tasks were woken for it.";
}

TEST(HandOver, GoesOnAsLongAsThePermitsDo) {
  Semaphore semaphore(100);
  std::vector<Hand> tasks(40);
  std::vector<std::unique_ptr<Acquire>> waits;
  auto held = std::make_optional(take(semaphore, 100));
  for (const Hand& task : tasks) {
    waits.push_back(std::make_unique<Acquire>(semaphore.acquire(3)));
    ASSERT_TRUE(task.is_pending(*waits.back()));
  }
  held.reset();
  for (std::size_t i = 0; i < 33; ++i) {
    ASSERT_EQ(tasks[i].wakes(), 1) << "hand_over: a hundred permits are enough for 33 tasks that "
                                   << "need three; number " << i + 1 << " was not woken.";
  }
  EXPECT_EQ(tasks[33].wakes(), 0) << "hand_over: one permit is left, and this task needs three.";
  EXPECT_EQ(semaphore.available(), 1u);
}

TEST(HandOver, NoTaskPassesOneThatNeedsMore) {
  Semaphore semaphore(3);
  const Hand large, small;
  auto one = std::make_optional(take(semaphore)), rest = std::make_optional(take(semaphore, 2));
  Acquire three = semaphore.acquire(3), next = semaphore.acquire();
  ASSERT_TRUE(large.is_pending(three));
  ASSERT_TRUE(small.is_pending(next));
  one.reset();
  EXPECT_EQ(small.wakes(), 0) << "hand_over: one permit would do for the second task, but the "
                              << "first has waited longer, and would wait forever.";
  rest.reset();
  EXPECT_EQ(large.wakes(), 1);
}

TEST(HandOver, AWakerMayUseTheSemaphore) {
  Semaphore semaphore(1);
  Hand task;
  test::give_this_test(std::chrono::seconds(60));  // a wrong answer is waited for
  std::size_t seen = 99;
  bool came_back = false;
  std::future<std::size_t> asked;  // on a thread of its own, which goes on when the lock is free
  task.waker.on_wake([&] {
    asked = std::async(std::launch::async, [&] { return semaphore.available(); });
    came_back = asked.wait_for(std::chrono::seconds(3)) == std::future_status::ready;
    if (came_back) seen = asked.get();
  });
  auto held = std::make_optional(take(semaphore));
  Acquire waits = semaphore.acquire();
  ASSERT_TRUE(task.is_pending(waits));
  held.reset();
  ASSERT_TRUE(came_back)
      << "hand_over: the lock is held while a waker is fired, and a waker may run "
      << "anything: this one asked for what is free, and waited for that lock. "
      << "locked.unlock(), wake, locked.lock().";
  EXPECT_EQ(seen, 0u);
}

TEST(HandOver, ThoseBehindAreToldThatItIsToBeFetched) {
  Semaphore semaphore(1);
  const Hand first, second;
  auto held = std::make_optional(take(semaphore));
  Acquire a = semaphore.acquire(), b = semaphore.acquire();
  ASSERT_TRUE(first.is_pending(a));
  held.reset();
  Context cx(second.waker.waker());
  ASSERT_TRUE(b.poll(cx).is_pending());
  const bool told =
      std::string_view(cx.reason().what).find("handed to a future") != std::string_view::npos;
  EXPECT_TRUE(told)
      << "hand_over: the task that was woken has not fetched its permit, and whoever looks for a "
      << "deadlock is told: " << cx.reason().what << ". handed_ = true.";
}

TEST(HandOver, OneWakerThatThrowsCostsTheOthersNoWake) {
  Semaphore semaphore(0, 2);
  Hand bad, good;
  bad.waker.on_wake([] { throw std::runtime_error("a bad waker"); });
  Acquire a = semaphore.acquire(), b = semaphore.acquire();
  ASSERT_TRUE(bad.is_pending(a));
  ASSERT_TRUE(good.is_pending(b));
  EXPECT_THROW(semaphore.add(2), std::runtime_error)
      << "hand_over: what a waker throws comes out at the end. round.end().";
  EXPECT_EQ(good.wakes(), 1) << "hand_over: the first waker has thrown, and the task behind it was "
                                "not woken, now or ever. "
                             << "A WakeRound fires one after another, and throws at its end.";
}

TEST(HandOver, CarriesTheMutex) {
  Mutex<int> mutex(1);
  const Hand task;
  auto waits = mutex.lock();
  {
    auto guard = mutex.try_lock();
    ASSERT_TRUE(guard);
    **guard = 2;
    ASSERT_TRUE(task.is_pending(waits));
  }
  auto guard = task.poll(waits);
  ASSERT_TRUE(guard.is_ready());
  EXPECT_EQ(*guard.value(), 2);
}

}  // namespace
}  // namespace book
