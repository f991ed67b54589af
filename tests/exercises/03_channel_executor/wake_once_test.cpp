#include "exercise/wake_once.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace book::exercise {
namespace {

/// A future from a function.
template <class F>
struct FromFunction {
  using Output = void;
  Poll<void> poll(Context& cx) { return function(cx); }
  F function;
};

/// The chapter's executor in a few lines, for OnceTasks.
struct Queue {
  std::pair<SyncSender<Arc<OnceTask>>, SyncReceiver<Arc<OnceTask>>> ends =
      sync_channel<Arc<OnceTask>>(100);

  template <class F>
  Arc<OnceTask> spawn(F function) {
    auto task = make_arc<OnceTask>(BoxFuture(FromFunction<F>{std::move(function)}), ends.first);
    OnceTask::wake_by_ref(task);
    return task;
  }
  /// How many tasks come out of the queue until it is empty, each of them polled.
  int run_ready() {
    int polls = 0;
    while (std::optional<Arc<OnceTask>> task = ends.second.try_recv()) {
      OnceTask::poll(std::move(*task));
      // A task that queues itself forever is a mistake, too: do not hang here.
      if (++polls == 50) break;
    }
    return polls;
  }
};

TEST(WakeOnce, ASpawnedTaskIsPolledOnce) {
  Queue queue;
  int polls = 0;
  queue.spawn([&](Context&) {
    ++polls;
    return Poll<void>::ready();
  });
  queue.run_ready();
  EXPECT_EQ(polls, 1)
      << "The first wake spawns the task: it is in no queue then, so the flag must start\n"
         "as false, and this wake must queue it.";
}

TEST(WakeOnce, ATaskCanBeWokenAgainAfterItsTurn) {
  Queue queue;
  auto task = queue.spawn([](Context&) { return pending; });
  queue.run_ready();
  for (int turn = 1; turn <= 3; ++turn) {
    OnceTask::wake_by_ref(task);
    EXPECT_EQ(queue.run_ready(), 1)
        << "Wake number " << turn << " after its first turn was lost. The task left the queue when "
        << "it was polled: its flag must say so.";
  }
}

TEST(WakeOnce, EachTaskHasAFlagOfItsOwn) {
  Queue queue;
  auto one = queue.spawn([](Context&) { return pending; });
  auto other = queue.spawn([](Context&) { return pending; });
  EXPECT_EQ(queue.run_ready(), 2)
      << "Two tasks were spawned, and one of them never had its turn: is there one flag for all?";
}

TEST(WakeOnce, ThreeWakesBeforeItsTurnAreOnePoll) {
  Queue queue;
  auto task = queue.spawn([](Context&) { return pending; });
  queue.run_ready();
  for (int i = 0; i < 3; ++i) OnceTask::wake_by_ref(task);
  EXPECT_EQ(queue.run_ready(), 1)
      << "The task was woken three times before its turn, and took that many places in\n"
         "the queue. After the first wake it waits there already: the next ones have\n"
         "nothing to do. A flag can remember that it is queued.";
}

TEST(WakeOnce, AWakeDuringThePollIsNotLost) {
  Queue queue;
  int polls = 0;
  queue.spawn([&](Context& cx) -> Poll<void> {
    if (++polls == 3) return Poll<void>::ready();
    cx.waker().wake_by_ref();  // as a timer's thread may, at any moment of the poll
    return pending;
  });
  queue.run_ready();
  EXPECT_EQ(polls, 3)
      << "A wake that came during the poll was lost. The poll had looked already, so it\n"
         "does not know the news; and the flag still said \"queued\", although the task\n"
         "had left the queue. Which line has to come first: clearing the flag, or\n"
         "polling?";
}

TEST(WakeOnce, AWakeAfterTheEndIsHarmless) {
  Queue queue;
  int polls = 0;
  auto task = queue.spawn([&](Context&) {
    ++polls;
    return Poll<void>::ready();
  });
  queue.run_ready();
  OnceTask::wake_by_ref(task);
  OnceTask::wake_by_ref(task);
  queue.run_ready();
  EXPECT_EQ(polls, 1) << "The future has ended, and was polled once more.";
}

TEST(WakeOnce, WakesOfSeveralThreadsMayOverlap) {
  constexpr int kThreads = 3;
  constexpr int kWakes = 300;
  Queue queue;
  std::atomic<int> news{0};
  int seen = 0;
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  queue.spawn([&, first = true](Context& cx) mutable -> Poll<void> {
    if (std::exchange(first, false)) {
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, waker = cx.waker()] {
          start.arrive_and_wait();
          for (int i = 0; i < kWakes; ++i) {
            news.fetch_add(1, std::memory_order_relaxed);
            waker.wake_by_ref();
          }
        });
      }
    }
    seen = news.load(std::memory_order_relaxed);
    return pending;
  });
  // The task keeps a sender, and each thread's waker keeps the task: this ends when they have
  // ended.
  queue.ends.first.drop();
  while (std::optional<Arc<OnceTask>> task = queue.ends.second.recv()) {
    OnceTask::poll(std::move(*task));
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, kThreads * kWakes)
      << "The last wake brought news that no poll has seen. Is the flag set in one step\n"
         "(exchange), or with a look first and a store after it?";
}

}  // namespace
}  // namespace book::exercise
