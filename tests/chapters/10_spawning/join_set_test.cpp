// JoinSet: values as they come, errors one by one, and tasks that end with their set.
#include "10_spawning/join_set.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/timeout.h"
#include "common/stream.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace join_set_test {

using namespace std::chrono_literals;
using test::Door;
using test::DropCounter;
using test::Enter;

static_assert(FusedStream<JoinSet<int>>);

Async<int> after(Duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}
Async<int> fails_after(Duration wait, std::string what) {
  co_await sleep(wait);
  throw std::runtime_error(what);
}
Async<int> holds(DropCounter::Token, Duration wait) {
  co_await sleep(wait);
  co_return 7;
}

/// All that the set still gives, in words.
Async<std::vector<std::string>> drain(JoinSet<int>& set) {
  std::vector<std::string> seen;
  for (;;) {
    try {
      const std::optional<int> value = co_await set.join_next();
      if (!value) break;
      seen.push_back(std::to_string(*value));
    } catch (const JoinError& error) {
      seen.push_back("aborted");
    } catch (const std::exception& error) {
      seen.push_back(error.what());
    }
  }
  co_return seen;
}

using Words = std::vector<std::string>;

ASYNC_TEST(JoinSet, GivesTheValuesInTheOrderInWhichTheTasksEnd) {
  JoinSet<int> set;
  set.spawn(after(3s, 3));
  set.spawn(after(1s, 1));
  set.spawn(after(2s, 2));
  EXPECT_EQ(set.size(), 3u);
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"1", "2", "3"}));
  EXPECT_TRUE(set.empty());
}

Async<int> after_turns(int turns, int value) {
  for (int i = 0; i < turns; ++i) co_await yield_now();
  co_return value;
}

ASYNC_TEST(JoinSet, KeepsTheOrderOfTheEndsThatCameBeforeItWasAsked) {
  JoinSet<int> set;
  set.spawn(after_turns(5, 1));
  set.spawn(after_turns(1, 2));
  set.spawn(after_turns(3, 3));
  for (int i = 0; i < 10; ++i) co_await yield_now();  // busy meanwhile
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"2", "3", "1"})) << "In the order of their ends, not of their spawning.";
}

ASYNC_TEST(JoinSet, KeepsThatOrderWhenItWasAskedInBetween) {
  JoinSet<int> set;
  set.spawn(after(10ms, 1));
  const std::optional<int> first = co_await set.join_next();
  EXPECT_EQ(first, 1);
  set.spawn(after(30ms, 3));
  set.spawn(after(20ms, 2));
  co_await sleep(100ms);
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"2", "3"}));
}

ASYNC_TEST(JoinSet, AnEmptySetSaysSoAndMayBeFilledAgain) {
  JoinSet<int> set;
  const auto nothing = co_await set.join_next();
  EXPECT_FALSE(nothing);
  EXPECT_TRUE(set.is_terminated());
  set.spawn(after(1s, 7));
  EXPECT_FALSE(set.is_terminated());
  const auto seven = co_await set.join_next();
  EXPECT_EQ(seven, 7);
}

ASYNC_TEST(JoinSet, ItsTasksRunWhetherOrNotAnybodyAsks) {
  JoinSet<void> set;
  int runs = 0;
  auto runs_once = [&]() -> Async<> {
    ++runs;
    co_return;
  };
  set.spawn(runs_once());
  set.spawn(runs_once());
  co_await yield_now();
  EXPECT_EQ(runs, 2);
  const std::optional<std::monostate> first = co_await set.join_next();
  EXPECT_TRUE(first);
  EXPECT_EQ(set.size(), 1u);
}

ASYNC_TEST(JoinSet, AnExceptionComesOutAndTheSetGoesOn) {
  JoinSet<int> set;
  set.spawn(after(1s, 1));
  set.spawn(fails_after(2s, "no luck"));
  set.spawn(after(3s, 3));
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"1", "no luck", "3"}));
}

ASYNC_TEST(JoinSet, AbortAllLeavesAJoinErrorForEachTaskThatHadNotEnded) {
  DropCounter counter;
  JoinSet<int> set;
  set.spawn(after(1s, 1));
  set.spawn(holds(counter.token(), 1h));
  set.spawn(holds(counter.token(), 1h));
  co_await sleep(2s);
  set.abort_all();
  EXPECT_EQ(set.size(), 3u);
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"1", "aborted", "aborted"}));
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(JoinSet, ShutdownIsReadyWhenTheLastTaskIsGone) {
  DropCounter counter;
  JoinSet<int> set;
  for (int i = 0; i < 10; ++i) set.spawn(holds(counter.token(), 1h));
  co_await sleep(1s);
  auto shutdown = set.shutdown();
  EXPECT_EQ(set.size(), 10u) << "nothing happens before it is awaited";
  co_await shutdown;
  EXPECT_EQ(counter.live(), 0);
  EXPECT_TRUE(set.empty());
}

TEST(JoinSet, ShutdownReportsExceptionsThatNobodyHasRead) {
  auto body = []() -> Async<> {
    JoinSet<int> set;
    set.spawn(fails_after(1s, "spilled the milk"), "kitchen.cpp", 7);
    set.spawn(after(1h, 1));
    co_await sleep(2s);
    co_await set.shutdown();
  };
  testing::internal::CaptureStderr();
  block_on(body(), {.time = TimeMode::virtual_time, .seed = {}});
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("spilled the milk (spawned at kitchen.cpp:7)"), std::string::npos) << said;
}

ASYNC_TEST(JoinSet, ShutdownGivenUpHalfwayStillAbortsAll) {
  DropCounter counter;
  JoinSet<int> set;
  for (int i = 0; i < 10; ++i) set.spawn(holds(counter.token(), 1h));
  co_await yield_now();
  const auto done = co_await timeout(0s, set.shutdown());
  EXPECT_FALSE(done);
  co_await yield_now();
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(JoinSet, ASetThatGoesAbortsItsTasks) {
  DropCounter counter;
  {
    JoinSet<int> set;
    set.spawn(holds(counter.token(), 1h));
    set.spawn(holds(counter.token(), 1h));
    co_await sleep(1s);
  }
  co_await yield_now();
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(JoinSet, JoinNextMayBeGivenUpWithoutLosingAValue) {
  JoinSet<int> set;
  set.spawn(after(5s, 7));
  const auto nothing = co_await timeout(1s, set.join_next());
  EXPECT_FALSE(nothing);
  co_await sleep(10s);
  const auto value = co_await timeout(0s, set.join_next());
  EXPECT_TRUE(value && *value == 7);
}

ASYNC_TEST(JoinSet, ATaskThatIsAddedWakesWhoeverWaits) {
  JoinSet<int> set;
  auto adds = [&]() -> Async<> {
    co_await sleep(1s);
    set.spawn(after(1s, 1));
  };
  set.spawn(after(1h, 60));
  auto adder = spawn(adds());
  const auto first = co_await set.join_next();
  EXPECT_EQ(first, 1);
  co_await adder;
}

ASYNC_TEST(JoinSet, MayBeMovedWithItsTasks) {
  JoinSet<std::unique_ptr<int>> set;
  auto make = [](int value) -> Async<std::unique_ptr<int>> {
    co_return std::make_unique<int>(value);
  };
  set.spawn(make(7));
  JoinSet<std::unique_ptr<int>> moved = std::move(set);
  const auto value = co_await moved.join_next();
  EXPECT_TRUE(value && **value == 7);
}

/// Pending until it is woken by hand.
struct Nap {
  using Output = void;
  Waker& waker;
  Poll<void> poll(Context& cx) {
    if (woken) return Poll<void>::ready();
    woken = true;
    cx.store(waker, "being woken");
    return pending;
  }
  bool woken = false;
};

ASYNC_TEST(JoinSet, AnEventPollsOneTaskHoweverManyThereAre) {
  constexpr int kTasks = 10'000;
  std::vector<Waker> wakers(kTasks);
  JoinSet<void> set;
  for (int i = 0; i < kTasks; ++i) set.spawn(Nap{wakers[i]});
  const auto nothing = co_await timeout(1ms, set.join_next());
  EXPECT_FALSE(nothing);
  const std::uint64_t before = Scheduler::turn_number();
  std::exchange(wakers[kTasks / 2], Waker()).wake();
  const auto one = co_await set.join_next();
  EXPECT_TRUE(one);
  EXPECT_LE(Scheduler::turn_number() - before, 3u);
}

TEST(JoinSet, KeepsTheContractOfAStreamThatIsOwned) {
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  test::expect_contract(
      [&] {
        auto door = std::make_shared<Door>();
        JoinSet<int> set;
        auto fill = [&]() -> Async<> {
          set.spawn(Enter(door, 7));
          co_return;
        };
        executor.block_on(fill());
        return test::subject(next(std::move(set)), [&executor, door] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
          for (int i = 0; i < 2; ++i) executor.block_on(yield_now());
        });
      },
      {}, [](std::optional<int> value) { return value == 7; });
}

Async<std::vector<int>> all_of(JoinSet<int> set) {
  std::vector<int> all = co_await set.join_all();
  co_return all;
}

// Of a set that is owned: one that is borrowed keeps the waker of its last poll, as every stream
// does.
TEST(JoinSet, JoinAllKeepsTheContractWhenTheSetIsOwned) {
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  test::expect_contract(
      [&] {
        auto door = std::make_shared<Door>();
        JoinSet<int> set;
        auto fill = [&]() -> Async<> {
          set.spawn(Enter(door, 7));
          co_return;
        };
        executor.block_on(fill());
        return test::subject(all_of(std::move(set)), [&executor, door] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
          for (int i = 0; i < 2; ++i) executor.block_on(yield_now());
        });
      },
      {.handle_moves = true}, [](const std::vector<int>& all) { return all == std::vector{7}; });
}

TEST(AbortOnDrop, KeepsTheContract) {
  Executor executor({.time = TimeMode::virtual_time, .seed = {}});
  test::expect_contract(
      [&] {
        auto door = std::make_shared<Door>();
        auto begin = [](std::shared_ptr<Door> at) -> Async<JoinHandle<int>> {
          co_return book::spawn(Enter(at, 7));
        };
        return test::subject(AbortOnDrop<int>(executor.block_on(begin(door))), [&executor, door] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
          for (int i = 0; i < 2; ++i) executor.block_on(yield_now());
        });
      },
      {.handle_moves = true}, [](int value) { return value == 7; });
}

/// What the set still has when its join_all is dropped after so many polls.
Async<std::size_t> left_after(int polls, DropCounter& counter) {
  JoinSet<int> set;
  for (int i = 1; i <= 3; ++i) set.spawn(holds(counter.token(), i * 10ms));
  {
    auto all = set.join_all();
    int polled = 0;
    auto some = poll_fn([&](Context& cx) {
      return polled++ == polls || all.poll(cx).is_ready() ? Poll<void>::ready() : pending;
    });
    co_await some;
  }
  co_return set.size();
}

TEST(JoinSet, JoinAllLeavesTheOthersInTheSetWhereverItIsDropped) {
  for (int polls = 0; polls <= 3; ++polls) {
    DropCounter counter;
    {
      Executor executor({.time = TimeMode::virtual_time, .seed = {}});
      EXPECT_EQ(executor.block_on(left_after(polls, counter)), polls == 0 ? 3u : 4u - polls)
          << polls;
    }
    EXPECT_EQ(counter.live(), 0) << polls;
  }
}

ASYNC_TEST(JoinSet, GivesAHandleThatAbortsOneTask) {
  JoinSet<int> set;
  set.spawn(after(10ms, 1));
  const AbortHandle stop = set.spawn(after(20ms, 2));
  set.spawn(after(30ms, 3));
  const AbortHandle copy = stop;
  EXPECT_FALSE(copy.is_finished());
  stop.abort();
  const Words seen = co_await drain(set);
  EXPECT_EQ(seen, (Words{"aborted", "1", "3"}));
  EXPECT_TRUE(copy.is_finished());
  copy.abort();  // too late, and harmless
}

ASYNC_TEST(JoinSet, TryJoinNextWaitsForNothing) {
  JoinSet<int> set;
  EXPECT_EQ(set.try_join_next(), std::nullopt);
  set.spawn(after(10ms, 1));
  set.spawn(fails_after(20ms, "spilled the milk"));
  set.spawn(after(30ms, 3));
  EXPECT_EQ(set.try_join_next(), std::nullopt) << "None has ended.";
  co_await sleep(25ms);
  EXPECT_EQ(set.try_join_next(), 1);
  EXPECT_THROW((void)set.try_join_next(), std::runtime_error);
  EXPECT_EQ(set.try_join_next(), std::nullopt);
  EXPECT_EQ(set.size(), 1u);
  const std::optional<int> last = co_await set.join_next();
  EXPECT_EQ(last, 3);
}

Async<> keep_first(JoinSet<int>& set, std::vector<int>& seen) {
  const std::optional<int> value = co_await set.join_next();
  seen.push_back(value.value_or(-1));
}

ASYNC_TEST(JoinSet, TryJoinNextLosesNoWakeOfATaskThatWaits) {
  JoinSet<int> set;
  std::vector<int> seen;
  set.spawn(after(10ms, 1));
  auto waiting = spawn(keep_first(set, seen));
  co_await yield_now();
  EXPECT_EQ(set.try_join_next(), std::nullopt);
  co_await waiting;
  EXPECT_EQ(seen, (std::vector<int>{1}));
}

ASYNC_TEST(JoinSet, JoinAllGivesAllValuesOrTheFirstException) {
  JoinSet<int> set;
  set.spawn(after(30ms, 3));
  set.spawn(after(10ms, 1));
  set.spawn(after(20ms, 2));
  const std::vector<int> values = co_await set.join_all();
  EXPECT_EQ(values, (std::vector<int>{1, 2, 3})) << "In the order of their ends.";
  set.spawn(fails_after(10ms, "spilled the milk"));
  set.spawn(after(20ms, 2));
  bool thrown = false;
  try {
    (void)co_await set.join_all();
  } catch (const std::runtime_error&) {
    thrown = true;
  }
  EXPECT_TRUE(thrown);
  const std::vector<int> rest = co_await set.join_all();
  EXPECT_EQ(rest, (std::vector<int>{2})) << "The others stay in the set.";
}

ASYNC_TEST(JoinSet, DetachAllLetsTheTasksGoOn) {
  DropCounter counter;
  {
    JoinSet<int> set;
    set.spawn(holds(counter.token(), 1s));
    set.spawn(holds(counter.token(), 1s));
    set.detach_all();
    EXPECT_TRUE(set.empty());
  }
  co_await sleep(500ms);
  EXPECT_EQ(counter.live(), 2) << "Detached, they go on without the set.";
  co_await sleep(1s);
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(AbortOnDrop, AbortsItsTaskWhenItGoes) {
  DropCounter counter;
  {
    const AbortOnDrop<int> mine(spawn(holds(counter.token(), 1h)));
    co_await yield_now();
    EXPECT_EQ(counter.live(), 1);
  }
  co_await yield_now();
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(AbortOnDrop, GivesTheValueAndMayBeReleased) {
  AbortOnDrop<int> mine(spawn(after(10ms, 7)));
  const int value = co_await mine;
  EXPECT_EQ(value, 7);
  AbortOnDrop<int> other(spawn(after(10ms, 8)));
  JoinHandle<int> handle = std::move(other).release();
  const int again = co_await handle;
  EXPECT_EQ(again, 8);
}

ASYNC_TEST(AbortHandle, OutlivesTheTaskAndItsJoinHandle) {
  std::optional<AbortHandle> stop;
  {
    JoinHandle<int> handle = spawn(after(1h, 7));
    stop = handle.abort_handle();
  }
  stop->abort();
  co_await yield_now();
  EXPECT_TRUE(stop->is_finished());
}

}  // namespace join_set_test
}  // namespace book
