// join_all, try_join_all, and the set of woken children they stand on. (Chapter 07)
#include "07_join/join_all.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <random>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "04_io_executor/deadlock.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace join_all_test {

using namespace std::chrono_literals;
using test::CountingWaker;
using test::Doors;
using test::Enter;

// Futures up to a place that only its own type knows: what take_while gives. (clang 14 cannot read
// the views of this library.)
struct UpTo : std::ranges::view_base {
  struct End {
    const Ready<int>* place = nullptr;
    friend bool operator==(const Ready<int>* at, const End& end) { return at == end.place; }
  };
  Ready<int>* first = nullptr;
  const Ready<int>* last = nullptr;
  Ready<int>* begin() const { return first; }
  End end() const { return {last}; }
};

TEST(JoinAll, TakesARangeWhoseEndIsNoIterator) {
  std::vector<Ready<int>> futures;
  for (int i = 0; i < 5; ++i) futures.push_back(ready(i));
  UpTo some;
  some.first = futures.data();
  some.last = futures.data() + 2;
  static_assert(!std::ranges::common_range<UpTo>);
  EXPECT_EQ(block_on(join_all(some)), (std::vector<int>{0, 1}));
}

std::vector<Enter> all_of(const Doors& doors) {
  std::vector<Enter> futures;
  for (std::size_t i = 0; i < doors.size(); ++i)
    futures.push_back(doors.enter(i, static_cast<int>(i)));
  return futures;
}

struct ByHand {
  CountingWaker task;
  template <class F>
  auto poll(F& future) {
    Context cx(task.waker());
    return future.poll(cx);
  }
};

template <class F>
std::string error_of(ByHand& hand, F& future) {
  try {
    (void)hand.poll(future);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no exception";
}

Async<int> after(Duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}

TEST(JoinAll, GivesTheValuesInTheOrderOfTheFutures) {
  Executor executor({.time = TimeMode::virtual_time});
  std::vector<Async<int>> futures;
  for (int i = 0; i < 5; ++i) futures.push_back(after((5 - i) * 1s, i));
  const Instant start = executor.reactor().now();
  EXPECT_EQ(executor.block_on(join_all(std::move(futures))), (std::vector{0, 1, 2, 3, 4}));
  EXPECT_EQ(executor.reactor().now() - start, 5s);
}

TEST(JoinAll, OfNothingIsReadyAtOnce) {
  EXPECT_TRUE(block_on(join_all(std::vector<Ready<int>>())).empty());
}

TEST(JoinAll, PollsNobodyWhoWasNotWoken) {
  constexpr std::size_t kMany = 10'000;
  Doors doors(kMany);
  ByHand hand;
  auto all = join_all(all_of(doors));
  std::vector<std::size_t> order(kMany);
  for (std::size_t i = 0; i < kMany; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(7));
  for (std::size_t index : order) {
    EXPECT_TRUE(hand.poll(all).is_pending());
    doors.open(index);
  }
  const std::vector<int> values = hand.poll(all).value();
  for (std::size_t i = 0; i < kMany; ++i) {
    ASSERT_EQ(doors.polls(i), 2) << "child " << i << ": one poll at the start and one at its wake";
    ASSERT_EQ(values[i], static_cast<int>(i));
  }
  EXPECT_EQ(hand.task.wakes(), static_cast<int>(kMany));
}

TEST(JoinAll, AThousandWakesBetweenTwoPollsWakeTheTaskOnce) {
  Doors doors(1'000);
  ByHand hand;
  auto all = join_all(all_of(doors));
  EXPECT_TRUE(hand.poll(all).is_pending());
  for (std::size_t i = 0; i < doors.size(); ++i) doors.open(i);
  EXPECT_EQ(hand.task.wakes(), 1);
  EXPECT_TRUE(hand.poll(all).is_ready());
}

TEST(JoinAll, BorrowsANamedRange) {
  Doors doors(3);
  ByHand hand;
  std::vector<Enter> futures = all_of(doors);
  {
    auto all = join_all(futures);
    doors.open(0);
    EXPECT_TRUE(hand.poll(all).is_pending());
  }
  EXPECT_EQ(doors.alive(), 3);
  doors.open(2);
  EXPECT_EQ(hand.poll(futures[2]).value(), 2);
}

TEST(JoinAll, BorrowsWhatAViewShows) {
  Doors doors(3);
  ByHand hand;
  std::vector<Enter> futures = all_of(doors);
  auto two = join_all(std::span(futures).first(2));
  doors.open(0);
  doors.open(1);
  EXPECT_EQ(hand.poll(two).value(), (std::vector{0, 1}));
  EXPECT_EQ(doors.alive(), 3);
}

TEST(JoinAll, OwnsAnyTemporaryRange) {
  EXPECT_EQ(block_on(join_all(std::array{ready(1), ready(2)})), (std::vector{1, 2}));
  std::deque<Ready<int>> queue;
  queue.push_back(ready(3));
  EXPECT_EQ(block_on(join_all(std::move(queue))), (std::vector{3}));
}

TEST(JoinAll, CanBeMovedBeforeItsFirstPoll) {
  std::array<Ready<int>, 2> futures{ready(1), ready(2)};
  auto all = join_all(futures);
  auto moved = std::move(all);
  EXPECT_EQ(block_on(std::move(moved)), (std::vector{1, 2}));
}

TEST(JoinAll, OfVoidGivesAsManyNothings) {
  std::vector<Async<>> futures;
  auto nothing = []() -> Async<> { co_await yield_now(); };
  for (int i = 0; i < 3; ++i) futures.push_back(nothing());
  EXPECT_EQ(block_on(join_all(std::move(futures))), std::vector<std::monostate>(3));
}

TEST(JoinAll, FinishesAllBeforeItThrowsTheFirstByPosition) {
  Doors doors(3);
  ByHand hand;
  auto all = join_all(all_of(doors));
  doors.spoil(1);
  doors.spoil(2);
  doors.open(2);
  doors.open(1);
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.open(0);
  EXPECT_EQ(error_of(hand, all), "door 1 fell");
  EXPECT_EQ(doors.alive(), 0);
}

TEST(TryJoinAll, TheFirstExceptionDropsTheOthers) {
  Doors doors(100);
  ByHand hand;
  auto all = try_join_all(all_of(doors));
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.spoil(60);
  doors.open(60);
  EXPECT_EQ(error_of(hand, all), "door 60 fell");
  EXPECT_EQ(doors.alive(), 0);
  EXPECT_EQ(hand.task.kept(), 0);
}

TEST(JoinAll, AChildThatWakesItselfDoesNotKeepTheOthersWaiting) {
  auto yields = []() -> Async<> {
    for (int i = 0; i < 3; ++i) co_await yield_now();
  };
  std::vector<Async<>> futures;
  futures.push_back(yields());
  ByHand hand;
  auto all = join_all(std::move(futures));
  for (int poll = 1; poll <= 3; ++poll) {
    EXPECT_TRUE(hand.poll(all).is_pending());
    EXPECT_EQ(hand.task.wakes(), poll)
        << "one turn of the child for each poll, and a wake for more";
  }
  EXPECT_TRUE(hand.poll(all).is_ready());
}

TEST(JoinAll, CanBeDroppedAfterAnyPoll) {
  for (std::size_t opened = 0; opened <= 3; ++opened) {
    Doors doors(3);
    ByHand hand;
    {
      auto all = join_all(all_of(doors));
      for (std::size_t i = 0; i < opened; ++i) {
        EXPECT_TRUE(hand.poll(all).is_pending());
        doors.open(i);
      }
      (void)hand.poll(all);
    }
    EXPECT_EQ(doors.alive(), 0) << opened;
    EXPECT_EQ(hand.task.kept(), 0) << opened << ": somebody still holds a waker";
    for (std::size_t i = opened; i < 3; ++i) doors.open(i);
  }
}

TEST(JoinAll, AWakerOfAChildMayOutliveTheJoin) {
  Doors doors(1);
  Waker kept;
  ByHand hand;
  {
    auto keeps = [&]() {
      return poll_fn([&](Context& cx) -> Poll<int> {
        kept = cx.waker();
        return pending;
      });
    };
    std::vector<decltype(keeps())> futures;
    futures.push_back(keeps());
    auto all = join_all(std::move(futures));
    EXPECT_TRUE(hand.poll(all).is_pending());
  }
  EXPECT_EQ(hand.task.kept(), 0) << "the child's waker is no reason to keep the task's";
  kept.wake_by_ref();
  std::move(kept).wake();
  EXPECT_EQ(hand.task.wakes(), 0);
}

TEST(JoinAll, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(20);
        return test::subject(join_all(all_of(doors)), [doors] {
          for (std::size_t i = 0; i < doors.size(); ++i) doors.open(i);
        });
      },
      {}, [](const std::vector<int>& values) { return values.size() == 20 && values[19] == 19; });
}

TEST(TryJoinAll, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(20);
        doors.spoil(4);
        return test::subject(try_join_all(all_of(doors)), [doors] { doors.open(4); });
      },
      {.throws = true});
}

// Real time, nobody holds a waker of any child: that is found out, not waited for.
TEST(JoinAll, OfChildrenThatForgotTheirWakersIsADeadlock) {
  auto forgets = [] {
    return poll_fn([](Context& cx) -> Poll<int> {
      cx.waits_for("nobody in particular");
      return pending;
    });
  };
  std::vector<decltype(forgets())> futures;
  for (int i = 0; i < 3; ++i) futures.push_back(forgets());
  try {
    block_on(join_all(std::move(futures)));
    FAIL() << "three futures ended that cannot end";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("nobody in particular"), std::string::npos)
        << deadlock.what();
  }
}

// The one polled last has ended: what it waited for is nobody's reason any more.
TEST(JoinAll, OfWhichOneForgotItsWakerSaysHowManyAreLeft) {
  int turn = 0;
  auto child = [&](bool ends) {
    return poll_fn([&turn, ends](Context& cx) -> Poll<int> {
      if (ends && ++turn == 2) return 0;
      if (ends) cx.waker().wake_by_ref();
      cx.waits_for(ends ? "its second turn" : "nobody in particular");
      return pending;
    });
  };
  std::vector<decltype(child(true))> futures;
  futures.push_back(child(false));
  futures.push_back(child(true));
  try {
    block_on(join_all(std::move(futures)));
    FAIL() << "a future ended that cannot end";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("children of a join_all 1;"), std::string::npos)
        << deadlock.what();
  }
}

TEST(JoinAll, WhoseLastWakerIsDroppedIsADeadlockToo) {
  Waker kept;
  auto keeps = [&] {
    return poll_fn([&](Context& cx) -> Poll<int> {
      cx.store(kept, "somebody who goes away");
      return pending;
    });
  };
  std::vector<decltype(keeps())> futures;
  futures.push_back(keeps());
  Executor executor;
  auto drops = [&]() -> Async<> {
    co_await yield_now();
    kept = Waker();
  };
  executor.spawn(drops());
  EXPECT_THROW(executor.block_on(join_all(std::move(futures))), Deadlock);
}

// Four threads wake the children of one join while it is being polled: no wake is lost.
TEST(WokenSet, WakesFromManyThreadsAreNotLost) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2'000;
  struct Counter {
    std::atomic<int> seen{0};
    Waker waker;
  };
  struct Shared {
    std::array<Counter, kThreads> counters;
    std::atomic<int> ready_to_go{0};
  } shared;

  auto counts = [&](Counter& counter) {
    return poll_fn([&](Context& cx) -> Poll<int> {
      if (!counter.waker) {
        counter.waker = cx.waker();
        shared.ready_to_go.fetch_add(1);
      }
      const int seen = counter.seen.load(std::memory_order_relaxed);  // a wake publishes it
      cx.waits_for("a thread", seen);
      if (seen < kEach) return pending;
      return seen;
    });
  };
  std::vector<decltype(counts(shared.counters[0]))> futures;
  for (Counter& counter : shared.counters) futures.push_back(counts(counter));

  std::vector<std::thread> threads;
  for (Counter& counter : shared.counters) {
    threads.emplace_back([&] {
      while (shared.ready_to_go.load() < kThreads) std::this_thread::yield();
      for (int i = 0; i < kEach; ++i) {
        counter.seen.fetch_add(1, std::memory_order_relaxed);
        counter.waker.wake_by_ref();
      }
    });
  }
  Executor executor;
  const Reactor::OutsideWork threads_at_work(executor.reactor());
  const std::vector<int> seen = executor.block_on(join_all(std::move(futures)));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, std::vector<int>(kThreads, kEach));
}

/// Leaves its waker outside, and is ready when it was told so.
struct Outside {
  using Output = int;
  Waker* slot;
  bool* done;
  Poll<int> poll(Context& cx) {
    if (*done) return 7;
    cx.store(*slot, "somebody outside");
    return pending;
  }
};

TEST(JoinAll, AnExceptionOfItsTasksWakerComesOutOfTheWakeOfAChild) {
  Waker slots[2];
  bool done[2] = {false, false};
  ByHand hand;
  hand.task.on_wake([] { throw std::runtime_error("no room in the queue"); });
  auto all = join_all(std::vector<Outside>{{&slots[0], &done[0]}, {&slots[1], &done[1]}});
  EXPECT_TRUE(hand.poll(all).is_pending());
  done[0] = done[1] = true;
  EXPECT_THROW(std::move(slots[0]).wake(), std::runtime_error) << "instead of ending the process";
  std::move(slots[1]).wake();  // the task was told already
  EXPECT_EQ(hand.poll(all).value(), (std::vector<int>{7, 7})) << "and nothing was lost";
}

}  // namespace join_all_test
}  // namespace book
