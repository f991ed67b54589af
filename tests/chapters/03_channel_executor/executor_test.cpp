#include "03_channel_executor/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <concepts>
#include <latch>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/trace.h"
#include "support/trace_reader.h"

namespace book::channel_executor {
namespace executor_test {

/// A future from a function: what poll_fn is from chapter 05 on.
template <class F>
struct FromFunction {
  using Output = void;
  Poll<void> poll(Context& cx) { return function(cx); }
  F function;
};
template <class F>
FromFunction<F> from(F function) {
  return {std::move(function)};
}

/// Pending until somebody opens it; keeps the waker of the latest poll, and counts.
struct Gate {
  bool open = false;
  int polls = 0;
  Waker waker;

  auto wait() {
    return from([this](Context& cx) -> Poll<void> {
      ++polls;
      if (open) return Poll<void>::ready();
      cx.store(waker, "a gate");
      return pending;
    });
  }
};

auto note(std::string& log, char c) {
  return from([&log, c](Context&) {
    log += c;
    return Poll<void>::ready();
  });
}

TEST(ChannelExecutor, RunsWhatWasSpawnedInThatOrder) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::string log;
  for (char c : {'a', 'b', 'c'}) spawner.spawn(note(log, c));
  EXPECT_EQ(log, "") << "spawn only queues";
  spawner.drop();
  executor.run();
  EXPECT_EQ(log, "abc");
}

TEST(ChannelExecutor, EndsAtOnceWhenNothingWasSpawned) {
  auto [executor, spawner] = new_executor_and_spawner();
  spawner.drop();
  executor.run();
  executor.run();
}

TEST(ChannelExecutor, PollsAPendingTaskOnlyWhenItWasWoken) {
  auto [executor, spawner] = new_executor_and_spawner();
  Gate gate;
  spawner.spawn(gate.wait());
  EXPECT_EQ(executor.run_ready(), 1u);
  EXPECT_EQ(executor.run_ready(), 0u);
  gate.waker.wake_by_ref();
  EXPECT_EQ(executor.run_ready(), 1u);
  EXPECT_EQ(gate.polls, 2);
  gate.open = true;
  std::move(gate.waker).wake();
  EXPECT_EQ(executor.run_ready(), 1u);
  EXPECT_EQ(gate.polls, 3);
  EXPECT_EQ(executor.senders(), 1u) << "the spawner's: the task has ended and is gone";
}

TEST(ChannelExecutor, AWakeDuringThePollLeadsToOneMore) {
  auto [executor, spawner] = new_executor_and_spawner();
  int polls = 0;
  spawner.spawn(from([&](Context& cx) -> Poll<void> {
    if (++polls == 5) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }));
  spawner.drop();
  executor.run();
  EXPECT_EQ(polls, 5);
}

TEST(ChannelExecutor, ATaskThatWakesItselfQueuesBehindTheOthers) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::string log;
  spawner.spawn(from([&log, first = true](Context& cx) mutable -> Poll<void> {
    log += 'y';
    if (!std::exchange(first, false)) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }));
  spawner.spawn(note(log, 'a'));
  spawner.spawn(note(log, 'b'));
  spawner.drop();
  executor.run();
  EXPECT_EQ(log, "yaby");
}

TEST(ChannelExecutor, PollsATaskAsOftenAsItWasWoken) {
  auto [executor, spawner] = new_executor_and_spawner();
  Gate gate;
  spawner.spawn(gate.wait());
  executor.run_ready();
  for (int i = 0; i < 3; ++i) gate.waker.wake_by_ref();
  EXPECT_EQ(executor.run_ready(), 3u);
  EXPECT_EQ(gate.polls, 4);
}

TEST(ChannelExecutor, DoesNotPollATaskThatHasEnded) {
  auto [executor, spawner] = new_executor_and_spawner();
  Gate gate;
  spawner.spawn(gate.wait());
  executor.run_ready();
  gate.open = true;
  for (int i = 0; i < 3; ++i) gate.waker.wake_by_ref();
  EXPECT_EQ(executor.run_ready(), 3u) << "three places in the queue";
  EXPECT_EQ(gate.polls, 2) << "but the second poll has ended the future";
  EXPECT_EQ(executor.polls(), 2u);
}

TEST(ChannelExecutor, DropsAFutureAsSoonAsItHasEnded) {
  auto [executor, spawner] = new_executor_and_spawner();
  auto token = std::make_shared<int>();
  Waker waker;
  spawner.spawn(from([&waker, token](Context& cx) {
    waker = cx.waker();
    return Poll<void>::ready();
  }));
  executor.run_ready();
  EXPECT_EQ(token.use_count(), 1) << "a waker keeps the task alive, and not its future";
  waker.wake_by_ref();
  EXPECT_EQ(executor.run_ready(), 1u);
}

// ---- who keeps it running ----

TEST(ChannelExecutor, IsKeptRunningBySpawnersAndWakers) {
  auto [executor, spawner] = new_executor_and_spawner();
  Gate gate;
  EXPECT_EQ(executor.senders(), 1u);
  spawner.spawn(gate.wait());
  EXPECT_EQ(executor.senders(), 2u);
  Spawner second = spawner;
  EXPECT_EQ(executor.senders(), 3u);
  spawner.drop();
  second.drop();
  EXPECT_EQ(executor.senders(), 1u) << "the queued task";
  executor.run_ready();
  EXPECT_EQ(executor.senders(), 1u) << "the pending task, through its waker";
  gate.waker = Waker();
  EXPECT_EQ(executor.senders(), 0u);
  executor.run();
}

TEST(ChannelExecutor, EndsWhenTheLastWakerOfAPendingTaskIsDropped) {
  auto [executor, spawner] = new_executor_and_spawner();
  auto token = std::make_shared<int>();
  Waker waker;
  spawner.spawn(from([&waker, token](Context& cx) -> Poll<void> {
    cx.store(waker, "a waker that will be dropped");
    return pending;
  }));
  spawner.drop();
  executor.run_ready();
  std::thread forgetful([waker = std::exchange(waker, Waker())]() mutable { waker = Waker(); });
  executor.run();
  forgetful.join();
  EXPECT_EQ(token.use_count(), 1) << "nobody could wake the task any more: it is gone";
}

TEST(ChannelExecutor, WaitsForAnotherThreadToWakeATask) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::thread other;
  std::atomic<bool> opened{false};
  int polls = 0;
  spawner.spawn(from([&](Context& cx) -> Poll<void> {
    ++polls;
    if (opened) return Poll<void>::ready();
    other = std::thread([&opened, waker = cx.waker()]() mutable {
      opened = true;
      std::move(waker).wake();
    });
    return pending;
  }));
  spawner.drop();
  executor.run();
  other.join();
  EXPECT_EQ(polls, 2);
}

TEST(ChannelExecutor, ATaskMaySpawnOthers) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::string log;
  spawner.spawn(from([&log, spawner = spawner](Context&) {
    log += 'p';
    spawner.spawn(note(log, 'c'));
    return Poll<void>::ready();
  }));
  spawner.drop();
  executor.run();
  EXPECT_EQ(log, "pc");
}

TEST(ChannelExecutor, SpawnersOfOtherThreadsKeepItRunning) {
  auto [executor, spawner] = new_executor_and_spawner();
  constexpr int kThreads = 4;
  constexpr int kTasks = 500;
  int ran = 0;  // of the executor's thread alone
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&ran, spawner = spawner] {
      for (int i = 0; i < kTasks; ++i) {
        spawner.spawn(from([&ran](Context&) {
          ++ran;
          return Poll<void>::ready();
        }));
      }
    });
  }
  spawner.drop();
  executor.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran, kThreads * kTasks);
}

TEST(ChannelExecutor, NoWakeOfSeveralThreadsIsLost) {
  constexpr int kThreads = 4;
  constexpr int kWakes = 1'000;
  auto [executor, spawner] = new_executor_and_spawner(kThreads * kWakes + 1);
  std::atomic<int> rung{0};
  int polls = 0;
  bool ended = false;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  spawner.spawn(from([&](Context& cx) -> Poll<void> {
    if (polls++ == 0) {
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&rung, &start, waker = cx.waker()] {
          start.arrive_and_wait();
          for (int i = 0; i < kWakes; ++i) {
            ++rung;
            waker.wake_by_ref();
          }
        });
      }
    }
    if (rung < kThreads * kWakes) return pending;
    ended = true;
    return Poll<void>::ready();
  }));
  spawner.drop();
  executor.run();
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(ended) << "the poll that would have seen the last wake never came";
  EXPECT_LE(polls, kThreads * kWakes + 1);
}

// ---- too many ----

TEST(ChannelExecutor, SaysThatTooManyTasksAreQueued) {
  auto [executor, spawner] = new_executor_and_spawner();
  int ran = 0;
  auto count = from([&ran](Context&) {
    ++ran;
    return Poll<void>::ready();
  });
  for (std::size_t i = 0; i < kMaxQueuedTasks; ++i) spawner.spawn(count);
  try {
    spawner.spawn(count);
    FAIL() << "the 10,001st task was queued";
  } catch (const TooManyTasks& error) {
    EXPECT_STREQ(error.what(), "too many tasks queued: all 10000 places are taken");
  }
  EXPECT_EQ(executor.senders(), 10'001u) << "the refused task is gone";
  spawner.drop();
  executor.run();
  EXPECT_EQ(ran, 10'000);
}

TEST(ChannelExecutor, AWakeThatFindsNoRoomEndsTheRun) {
  auto [executor, spawner] = new_executor_and_spawner(2);
  Gate gate;
  spawner.spawn(gate.wait());
  executor.run_ready();
  gate.waker.wake_by_ref();
  gate.waker.wake_by_ref();
  EXPECT_NO_THROW(gate.waker.wake_by_ref()) << "whoever wakes has done nothing wrong";
  EXPECT_THROW(executor.run(), TooManyTasks);
}

TEST(ChannelExecutor, AWakeOfAnotherThreadThatFindsNoRoomEndsTheRun) {
  auto [executor, spawner] = new_executor_and_spawner(1);
  Gate gate;
  spawner.spawn(gate.wait());
  executor.run_ready();
  std::thread other([&gate] {
    gate.waker.wake_by_ref();
    gate.waker.wake_by_ref();
  });
  other.join();
  EXPECT_THROW(executor.run(), TooManyTasks);
}

// ---- tasks that throw ----

TEST(ChannelExecutor, ReportsATaskThatThrowsAndLivesOn) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::string log;
  auto token = std::make_shared<int>();
  spawner.spawn(note(log, 'a'));
  const int line = __LINE__ + 1;
  spawner.spawn(from([token](Context&) -> Poll<void> { throw std::runtime_error("out of milk"); }));
  spawner.spawn(note(log, 'b'));
  spawner.drop();
  testing::internal::CaptureStderr();
  executor.run();
  const std::string report = testing::internal::GetCapturedStderr();
  EXPECT_EQ(log, "ab");
  EXPECT_NE(report.find("out of milk"), std::string::npos) << report;
  EXPECT_NE(report.find("executor_test.cpp:" + std::to_string(line)), std::string::npos) << report;
  EXPECT_EQ(token.use_count(), 1) << "its future is dropped";
}

TEST(ChannelExecutor, DoesNotPollATaskThatHasThrown) {
  auto [executor, spawner] = new_executor_and_spawner();
  Waker waker;
  int polls = 0;
  spawner.spawn(from([&](Context& cx) -> Poll<void> {
    ++polls;
    waker = cx.waker();
    throw 42;
  }));
  testing::internal::CaptureStderr();
  executor.run_ready();
  waker.wake_by_ref();
  executor.run_ready();
  const std::string report = testing::internal::GetCapturedStderr();
  EXPECT_EQ(polls, 1);
  EXPECT_NE(report.find("an exception that is no std::exception"), std::string::npos) << report;
}

// ---- the end of an executor ----

TEST(ChannelExecutor, DropsQueuedTasksWithItself) {
  auto token = std::make_shared<int>();
  auto ends = std::make_optional(new_executor_and_spawner());
  ends->second.spawn(from([token](Context&) { return Poll<void>::ready(); }));
  EXPECT_EQ(token.use_count(), 2);
  ends.reset();
  EXPECT_EQ(token.use_count(), 1);
}

TEST(ChannelExecutor, APendingTaskIsDroppedWithItsLastWaker) {
  auto token = std::make_shared<int>();
  Gate gate;
  auto ends = std::make_optional(new_executor_and_spawner());
  ends->second.spawn(
      from([token, inner = gate.wait()](Context& cx) mutable { return inner.poll(cx); }));
  ends->first.run_ready();
  ends.reset();
  EXPECT_EQ(token.use_count(), 2) << "the gate holds a waker, the waker the task";
  std::move(gate.waker).wake();  // nobody there: does nothing but let go
  EXPECT_EQ(token.use_count(), 1);
  EXPECT_EQ(gate.polls, 1);
}

TEST(ChannelExecutor, AFutureThatKeepsItsOwnWakerIsNeverDropped) {
  auto kept = std::make_shared<Waker>();  // belongs to the future; we look on, to clean up
  {
    auto [executor, spawner] = new_executor_and_spawner();
    spawner.spawn(from([kept](Context& cx) -> Poll<void> {
      cx.store(*kept, "itself");
      return pending;
    }));
    executor.run_ready();
  }
  EXPECT_EQ(kept.use_count(), 2)
      << "the waker holds the task, the task the future, the future the waker";
  Waker cut = std::move(*kept);
  cut = Waker();
  EXPECT_EQ(kept.use_count(), 1);
}

TEST(ChannelExecutor, ASpawnerThatOutlivesTheExecutorSaysSo) {
  auto [executor, spawner] = new_executor_and_spawner();
  { auto gone = std::move(executor); }
  std::string log;
  EXPECT_THROW(spawner.spawn(note(log, 'a')), std::logic_error);
}

TEST(ChannelExecutor, ADroppedSpawnerSpawnsNothing) {
  auto [executor, spawner] = new_executor_and_spawner();
  std::string log;
  spawner.drop();
  EXPECT_THROW(spawner.spawn(note(log, 'a')), std::logic_error);
  EXPECT_EQ(executor.senders(), 0u);
}

/// Pending for its first polls, and alive as long as its token is counted.
struct Countdown {
  using Output = void;
  Poll<void> poll(Context& cx) {
    if (left == 0) return Poll<void>::ready();
    --left;
    cx.waker().wake_by_ref();
    cx.store(*waker, "a countdown");
    return pending;
  }
  int left;
  std::shared_ptr<int> token;
  std::shared_ptr<Waker> waker;
};

TEST(ChannelExecutor, DropsATaskAtAnyOfItsSuspensionPoints) {
  for (int polls = 0; polls <= 4; ++polls) {
    auto token = std::make_shared<int>();
    auto waker = std::make_shared<Waker>();
    {
      auto [sender, receiver] = sync_channel<Arc<Task>>(10);
      ASSERT_EQ(
          sender.try_send(make_arc<Task>(BoxFuture(Countdown{3, token, waker}), sender, Place{})),
          TrySend::sent);
      for (int i = 0; i < polls; ++i) Task::poll(*receiver.recv());
      EXPECT_EQ(token.use_count(), polls == 4 ? 1 : 2);
    }
    *waker = Waker();
    EXPECT_EQ(token.use_count(), 1) << "leaked after " << polls << " polls";
  }
}

// ---- what the trace says ----

TEST(ChannelExecutor, WritesATraceInWhichAPollNamesTheWakeThatCausedIt) {
  const std::string path = testing::TempDir() + "channel_executor_trace.jsonl";
  trace::start(path, "test");
  {
    auto [executor, spawner] = new_executor_and_spawner();
    Gate gate;
    spawner.spawn(gate.wait());
    executor.run_ready();
    gate.open = true;
    std::move(gate.waker).wake();
    executor.run_ready();
  }
  trace::stop();
  const test::Trace trace(path);
  std::vector<std::string> events;
  for (const test::TraceLine& line : trace.events()) events.push_back(line.event());
  EXPECT_EQ(events, (std::vector<std::string>{"spawn", "poll+", "store", "poll-", "wake", "poll+",
                                              "poll-", "drop"}));
  EXPECT_EQ(trace.causes_of(6), (std::vector<std::string>{"poll+", "wake"}));
  EXPECT_EQ(trace.at(3).text("why"), "a gate");
}

// ---- what can be spawned ----

struct GivesAnInt {
  using Output = int;
  Poll<int> poll(Context&) { return 1; }
};
static_assert(Future<GivesAnInt> && !TaskFuture<GivesAnInt>, "nobody would take the int");
static_assert(TaskFuture<Countdown>);

/// Can be moved and not copied, like a future with a socket.
struct MoveOnly {
  using Output = void;
  Poll<void> poll(Context&) { return *value = 1, Poll<void>::ready(); }
  std::unique_ptr<int> value = std::make_unique<int>(0);
};

TEST(ChannelExecutor, TakesAFutureThatCanOnlyBeMoved) {
  auto [executor, spawner] = new_executor_and_spawner();
  spawner.spawn(MoveOnly{});
  EXPECT_EQ(executor.run_ready(), 1u);
}

}  // namespace executor_test
}  // namespace book::channel_executor
