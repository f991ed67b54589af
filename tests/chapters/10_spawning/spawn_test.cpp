// spawn and JoinHandle: order, values, exceptions, detaching, abort, and what is refused.
#include "10_spawning/spawn.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/timeout.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace spawn_test {

using namespace std::chrono_literals;
using test::CountingWaker;
using test::Door;
using test::Doors;
using test::DropCounter;
using test::Enter;

using Log = std::vector<std::string>;

Async<int> three() { co_return 3; }

Async<> say(Log& log, std::string what, int times = 1) {
  for (int i = 0; i < times; ++i) {
    log.push_back(what);
    co_await yield_now();
  }
}

Async<> fails(std::string what) {
  co_await yield_now();
  throw std::runtime_error(what);
}

/// Keeps a token for as long as it lives; waits `yields` times, or forever.
Async<int> holds(DropCounter::Token, int yields) {
  for (int i = 0; i != yields; ++i) co_await yield_now();
  co_return yields;
}

/// How awaiting the handle ends, in words.
template <class T>
Async<std::string> end_of(JoinHandle<T> handle) {
  std::string end = "a value";
  try {
    (void)co_await handle;
  } catch (const JoinError& error) {
    end = error.why() == JoinError::Why::aborted ? "aborted" : "executor ended";
  } catch (const std::exception& error) {
    end = error.what();
  }
  co_return end;
}

ASYNC_TEST(Spawn, RunsNothingBeforeTheCallersTurnIsOver) {
  Log log;
  auto handle = spawn(say(log, "hello"));
  EXPECT_TRUE(log.empty());
  co_await yield_now();
  EXPECT_EQ(log, Log{"hello"});
  co_await handle;
}

ASYNC_TEST(Spawn, TasksRunBesideTheirSpawnerInTurns) {
  Log log;
  auto handle = spawn(say(log, "world", 2));
  co_await say(log, "hello", 2);
  co_await handle;
  EXPECT_EQ(log, (Log{"hello", "world", "hello", "world"}));
}

ASYNC_TEST(Spawn, TheHandleGivesTheValue) {
  auto handle = spawn(three());
  const int value = co_await handle;
  EXPECT_EQ(value, 3);
}

ASYNC_TEST(Spawn, TheHandleGivesTheValueOfATaskThatEndedLongAgo) {
  auto handle = spawn(three());
  co_await sleep(1h);
  EXPECT_TRUE(handle.is_finished());
  const int value = co_await std::move(handle);
  EXPECT_EQ(value, 3);
}

ASYNC_TEST(Spawn, ValuesMayBeMoveOnlyAndWithoutADefault) {
  struct Parcel {
    explicit Parcel(int weight) : weight(std::make_unique<int>(weight)) {}
    std::unique_ptr<int> weight;
  };
  auto pack = [](int weight) -> Async<Parcel> { co_return Parcel(weight); };
  auto handle = spawn(pack(7));
  const Parcel parcel = co_await handle;
  EXPECT_EQ(*parcel.weight, 7);
}

ASYNC_TEST(Spawn, ATaskMayBeSpawnedFromANamedFutureThatCanBeCopied) {
  struct Seven {
    using Output = int;
    Poll<int> poll(Context&) { return 7; }
  };
  Seven seven;
  auto first = spawn(seven);
  auto second = spawn(seven);
  const int a = co_await first;
  const int b = co_await second;
  EXPECT_EQ(a + b, 14);
}

ASYNC_TEST(Spawn, AFutureWithAnAlignmentOfItsOwnGetsIt) {
  struct alignas(64) Wide {
    using Output = bool;
    Poll<bool> poll(Context&) { return reinterpret_cast<std::uintptr_t>(this) % 64 == 0; }
  };
  auto handle = spawn(Wide{});
  const bool aligned = co_await handle;
  EXPECT_TRUE(aligned);
}

ASYNC_TEST(Spawn, TheFutureIsDroppedWhenTheTaskEndsAndTheValueWhenItIsRead) {
  DropCounter futures;
  DropCounter values;
  auto make = [](DropCounter::Token, const DropCounter& made) -> Async<DropCounter::Token> {
    co_return made.token();
  };
  auto handle = spawn(make(futures.token(), values));
  co_await yield_now();
  EXPECT_TRUE(handle.is_finished());
  EXPECT_EQ(futures.live(), 0);
  EXPECT_EQ(values.live(), 1);
  {
    const auto value = co_await handle;
    EXPECT_EQ(values.live(), 1);
  }
  EXPECT_EQ(values.live(), 0);
}

ASYNC_TEST(Spawn, ATaskThatThrowsThrowsWhereItIsAwaited) {
  auto handle = spawn(fails("no luck"));
  const std::string end = co_await end_of(std::move(handle));
  EXPECT_EQ(end, "no luck");
}

ASYNC_TEST(Spawn, AMoveThatThrowsIsTheTasksException) {
  struct Fragile {
    Fragile() = default;
    Fragile(Fragile&& other) : moves_left(other.moves_left - 1) {
      if (moves_left < 0) throw std::runtime_error("broken on the way");
    }
    int moves_left = 0;
  };
  struct Gives {
    using Output = Fragile;
    Poll<Fragile> poll(Context&) { return Poll<Fragile>::ready(); }
  };
  auto handle = spawn(Gives{});
  const std::string end = co_await end_of(std::move(handle));
  EXPECT_EQ(end, "broken on the way");
}

ASYNC_TEST(Spawn, ADroppedHandleDetachesItsTask) {
  Log log;
  { auto handle = spawn(say(log, "alone")); }
  co_await yield_now();
  EXPECT_EQ(log, Log{"alone"});
}

ASYNC_TEST(Spawn, ADetachedTasksValueIsDropped) {
  DropCounter values;
  auto make = [](DropCounter::Token value) -> Async<DropCounter::Token> {
    co_await yield_now();
    co_return value;
  };
  { auto before_the_end = spawn(make(values.token())); }
  auto after_the_end = std::optional(spawn(make(values.token())));
  co_await sleep(1s);
  EXPECT_EQ(values.live(), 1);
  after_the_end.reset();
  EXPECT_EQ(values.live(), 0);
}

/// What is written on stderr while `body` runs.
std::string stderr_of(Async<> body) {
  testing::internal::CaptureStderr();
  block_on(std::move(body), {.time = TimeMode::virtual_time, .seed = {}});
  return testing::internal::GetCapturedStderr();
}

TEST(Spawn, AnExceptionOfADetachedTaskIsReportedWithItsPlace) {
  auto body = []() -> Async<> {
    spawn(fails("spilled the milk"), "kitchen.cpp", 7);
    co_await sleep(1s);
  };
  const std::string said = stderr_of(body());
  EXPECT_NE(said.find("spilled the milk (spawned at kitchen.cpp:7)"), std::string::npos) << said;
}

TEST(Spawn, AnExceptionIsReportedWhenTheHandleIsDroppedUnread) {
  auto body = []() -> Async<> {
    auto handle = spawn(fails("spilled the milk"), "kitchen.cpp", 7);
    co_await sleep(1s);
    EXPECT_TRUE(handle.is_finished());
  };
  const std::string said = stderr_of(body());
  EXPECT_NE(said.find("spilled the milk (spawned at kitchen.cpp:7)"), std::string::npos) << said;
}

TEST(Spawn, AnExceptionThatWasReadIsNotReported) {
  auto body = []() -> Async<> {
    auto handle = spawn(fails("spilled the milk"));
    const std::string end = co_await end_of(std::move(handle));
    EXPECT_EQ(end, "spilled the milk");
  };
  EXPECT_EQ(stderr_of(body()), "");
}

TEST(Spawn, OutsideOfATaskIsRefusedWithAdvice) {
  try {
    spawn(three());
    ADD_FAILURE() << "spawn needs an executor";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "spawn() needs a running executor: call it inside a task");
  }
}

ASYNC_TEST(JoinHandle, AwaitedTwiceSaysSo) {
  auto handle = spawn(three());
  (void)co_await handle;
  std::string what;
  try {
    (void)co_await handle;
  } catch (const std::logic_error& error) {
    what = error.what();
  }
  EXPECT_NE(what.find("a JoinHandle was awaited twice"), std::string::npos) << what;
}

ASYNC_TEST(JoinHandle, MayBeMovedAndAssignedAndKeptInAVector) {
  std::vector<JoinHandle<int>> handles;
  handles.reserve(10);
  for (int i = 0; i < 10; ++i) handles.push_back(spawn(three()));
  handles[0] = spawn(three());  // detaches the first
  int sum = 0;
  for (auto& handle : handles) {
    const int value = co_await handle;
    sum += value;
  }
  EXPECT_EQ(sum, 30);
}

ASYNC_TEST(JoinHandle, CanBeGivenUpAndAwaitedAgain) {
  Doors doors(1);
  auto handle = spawn(doors.enter(0, 7));
  auto early = co_await timeout(1s, handle);
  EXPECT_FALSE(early);
  doors.open(0);
  auto late = co_await timeout(1s, handle);
  EXPECT_EQ(late, 7);
}

ASYNC_TEST(JoinHandle, WakesWhoeverPolledItLast) {
  Doors doors(1);
  auto handle = spawn(doors.enter(0, 7));
  int value = 0;
  auto first = [&]() -> Async<> {
    auto nothing = co_await timeout(1ms, handle);
    EXPECT_FALSE(nothing);
  };
  auto second = [&]() -> Async<> { value = co_await handle; };
  auto one = spawn(first());
  co_await one;
  auto two = spawn(second());
  co_await yield_now();
  doors.open(0);
  co_await two;
  EXPECT_EQ(value, 7);
}

ASYNC_TEST(JoinHandle, AbortDropsTheFutureAtItsNextTurn) {
  DropCounter counter;
  auto handle = spawn(holds(counter.token(), -1));
  co_await yield_now();
  handle.abort();
  EXPECT_EQ(counter.live(), 1) << "not here: at the task's own turn";
  EXPECT_FALSE(handle.is_finished());
  co_await yield_now();
  EXPECT_EQ(counter.live(), 0);
  EXPECT_TRUE(handle.is_finished());
  const std::string end = co_await end_of(std::move(handle));
  EXPECT_EQ(end, "aborted");
}

ASYNC_TEST(JoinHandle, AbortWorksAtEverySuspensionPoint) {
  for (int polls = 0; polls <= 5; ++polls) {
    DropCounter counter;
    auto handle = spawn(holds(counter.token(), 4));
    for (int i = 0; i < polls; ++i) co_await yield_now();
    handle.abort();
    handle.abort();  // once more does not matter
    const std::string end = co_await end_of(std::move(handle));
    EXPECT_EQ(end, polls < 5 ? "aborted" : "a value") << polls;
    EXPECT_EQ(counter.live(), 0);
  }
}

ASYNC_TEST(JoinHandle, AbortOfAFinishedTaskDoesNothing) {
  auto handle = spawn(three());
  co_await yield_now();
  handle.abort();
  co_await yield_now();
  const int value = co_await handle;
  EXPECT_EQ(value, 3);
  handle.abort();
}

ASYNC_TEST(JoinHandle, ATaskMayAbortItself) {
  std::optional<JoinHandle<void>> mine;
  Log log;
  auto suicide = [&]() -> Async<> {
    mine->abort();
    log.push_back("still here");
    co_await yield_now();
    log.push_back("never here");
  };
  mine = spawn(suicide());
  co_await sleep(1s);
  const std::string end = co_await end_of(std::move(*mine));
  EXPECT_EQ(end, "aborted");
  EXPECT_EQ(log, Log{"still here"});
}

ASYNC_TEST(JoinHandle, ATaskMayOwnItsOwnHandle) {
  DropCounter counter;
  {
    auto box = std::make_shared<std::optional<JoinHandle<int>>>();
    auto keeps = [](auto own, DropCounter::Token) -> Async<int> {
      co_await yield_now();
      co_return own->has_value() ? 1 : 0;
    };
    *box = spawn(keeps(box, counter.token()));
  }
  EXPECT_EQ(counter.live(), 1);
  co_await sleep(1s);
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(JoinHandle, TheErrorOfAnAbortedTaskNamesItsPlace) {
  auto handle = spawn(never<int>(), "kitchen.cpp", 9);
  handle.abort();
  std::string what;
  try {
    (void)co_await handle;
  } catch (const JoinError& error) {
    what = error.what();
    EXPECT_EQ(error.spawned_at().line, 9);
  }
  EXPECT_EQ(what,
            "the task spawned at kitchen.cpp:9 was aborted, so there is no value to wait for");
}

TEST(JoinHandle, AfterItsExecutorsEndSaysSo) {
  std::optional<JoinHandle<int>> handle;
  {
    auto body = [&]() -> Async<> {
      handle = spawn(never<int>());
      co_return;
    };
    block_on(body());
  }
  EXPECT_TRUE(handle->is_finished());
  EXPECT_EQ(block_on(end_of(std::move(*handle))), "executor ended");
}

TEST(JoinHandle, OutlivesItsExecutorWithItsValue) {
  std::optional<JoinHandle<int>> handle;
  auto body = [&]() -> Async<> {
    handle = spawn(three());
    co_await yield_now();
  };
  block_on(body());
  EXPECT_EQ(block_on(*handle), 3);
}

TEST(JoinHandle, ADeadlockNamesWhatTheTaskWaitsFor) {
  auto body = []() -> Async<> {
    auto handle = spawn(never<int>());
    (void)co_await handle;
  };
  try {
    block_on(body(), {.time = TimeMode::virtual_time, .seed = {}});
    ADD_FAILURE() << "nothing can happen";
  } catch (const Deadlock& deadlock) {
    const std::string what = deadlock.what();
    EXPECT_NE(what.find("waits for a task that it has spawned"), std::string::npos) << what;
  }
}

/// An executor that is driven by hand, one round of all that is ready after the other.
struct HandDriven {
  Executor executor{{.time = TimeMode::virtual_time, .seed = {}}};
  void round() { executor.block_on(yield_now()); }
  template <class F>
  auto spawn(F future) {
    std::optional<JoinHandle<OutputOf<F>>> handle;
    auto body = [&]() -> Async<> {
      handle = book::spawn(std::move(future));
      co_return;
    };
    executor.block_on(body());
    return std::move(*handle);
  }
};

TEST(JoinHandle, KeepsTheContract) {
  auto by_hand = std::make_shared<HandDriven>();
  test::expect_contract(
      [=] {
        auto door = std::make_shared<Door>();
        return test::subject(by_hand->spawn(Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
          by_hand->round();
          by_hand->round();
        });
      },
      {.handle_moves = true}, [](int value) { return value == 7; });
}

TEST(JoinHandle, KeepsTheContractWhenTheTaskThrows) {
  auto by_hand = std::make_shared<HandDriven>();
  testing::internal::CaptureStderr();  // those that are dropped unread are reported
  test::expect_contract(
      [=] {
        auto door = std::make_shared<Door>();
        door->fails = true;
        return test::subject(by_hand->spawn(Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
          by_hand->round();
          by_hand->round();
        });
      },
      {.throws = true, .handle_moves = true});
  (void)testing::internal::GetCapturedStderr();
}

TEST(JoinHandle, KeepsTheContractWhenTheTaskHasEnded) {
  auto by_hand = std::make_shared<HandDriven>();
  test::expect_contract(
      [=] {
        auto handle = by_hand->spawn(ready(7));
        by_hand->round();
        return test::subject(std::move(handle));
      },
      {.ready_at_once = true, .handle_moves = true}, [](int value) { return value == 7; });
}

TEST(JoinHandle, MayBeAwaitedAndAbortedOnAnotherThread) {
  for (int round = 0; round < 200; ++round) {
    DropCounter counter;
    Executor executor;
    std::optional<JoinHandle<int>> handle;
    auto spawns = [&]() -> Async<> {
      handle = spawn(holds(counter.token(), round % 20));
      co_return;
    };
    executor.block_on(spawns());
    std::thread other([&, taken = std::move(*handle)]() mutable {
      if (round % 3 == 0) taken.abort();
      if (round % 3 == 1) return;  // dropped over there
      Executor here;
      Reactor::OutsideWork outside(here.reactor());  // the task's thread, which will wake us
      const std::string end = here.block_on(end_of(std::move(taken)));
      EXPECT_TRUE(end == "a value" || (end == "aborted" && round % 3 == 0)) << end;
    });
    executor.run();
    other.join();
    EXPECT_EQ(counter.live(), 0);
  }
}

TEST(JoinHandle, MayBePolledAgainAndAgainOnAnotherThreadWhileItsTaskEnds) {
  for (int round = 0; round < 100; ++round) {
    Executor executor;
    std::optional<JoinHandle<int>> handle;
    auto spawns = [&]() -> Async<> {
      handle = spawn(holds(DropCounter().token(), 20));
      co_return;
    };
    executor.block_on(spawns());
    std::thread other([taken = std::move(*handle)]() mutable {
      CountingWaker waker;
      Context cx(waker.waker());
      Poll<int> poll = taken.poll(cx);
      while (poll.is_pending()) poll = taken.poll(cx);  // with the same waker: it is kept already
      EXPECT_EQ(poll.value(), 20);
      EXPECT_LE(waker.clones(), 1);
    });
    executor.run();
    other.join();
  }
}

/// The obvious clean-up: a destructor that spawns.
struct SpawnsWhenItGoes {
  bool& ran;
  ~SpawnsWhenItGoes() {
    auto clean_up = [](bool& done) -> Async<> {
      done = true;
      co_return;
    };
    spawn(clean_up(ran));
  }
};

Async<> holds_it(bool& ran) {
  const SpawnsWhenItGoes cleans{ran};
  co_await never<void>();
}

TEST(Spawn, InADestructorAtTheExecutorsEndIsSaidToComeTooLate) {
  bool ran = false;
  testing::internal::CaptureStderr();
  {
    Executor executor;
    executor.spawn(holds_it(ran));
    executor.block_on(yield_now());
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_FALSE(ran);
  EXPECT_NE(said.find("a task was spawned while its executor ends: it never runs"),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("spawn_test.cpp:"), std::string::npos) << "and it says where: " << said;
}

ASYNC_TEST(Spawn, InADestructorUnderATimeoutRuns) {
  bool ran = false;
  auto hurried = timeout(std::chrono::milliseconds(1), holds_it(ran));
  const auto nothing = co_await hurried;
  EXPECT_FALSE(nothing);
  co_await yield_now();
  EXPECT_TRUE(ran);
}

}  // namespace spawn_test
}  // namespace book
