// The state word of a task: what wake, cancel and the last waker's drop do in every state. All
// counts are exact.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "chapters/04_io_executor/helpers.h"

namespace book::test {
namespace wake_test {

static_assert(sizeof(Task) == 72, "all that a task adds to its future");

/// A future that stores its waker in a slot at every poll, until it is told to end.
struct Sleeper {
  Waker waker;
  int polls = 0;
  bool end = false;

  auto future() {
    return poll_fn([this](Context& cx) -> Poll<void> {
      ++polls;
      if (end) return Poll<void>::ready();
      cx.store(waker, "the test");
      return pending;
    });
  }
};

/// Runs a core until it has nothing to do but wait: something must be pending.
void settle(Core& core) { EXPECT_THROW(core.run(), Deadlock); }

TEST(Wake, PollsTheTaskOnceMore) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future());
  settle(core);
  EXPECT_EQ(sleeper.polls, 1);
  sleeper.waker.wake_by_ref();
  settle(core);
  EXPECT_EQ(sleeper.polls, 2);
  settle(core);
  EXPECT_EQ(sleeper.polls, 2) << "without a wake nobody polls";
}

TEST(Wake, OfAScheduledTaskIsFree) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future());
  settle(core);
  for (int i = 0; i < 100; ++i) sleeper.waker.wake_by_ref();
  Waker copy = sleeper.waker;
  std::move(copy).wake();
  settle(core);
  EXPECT_EQ(sleeper.polls, 2) << "a task has one place in the queue, however often it is woken";
}

TEST(Wake, DuringThePollQueuesTheTaskOnceMore) {
  Core core;
  int polls = 0;
  core.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    if (++polls == 3) return Poll<void>::ready();
    for (int i = 0; i < 10; ++i) cx.waker().wake_by_ref();
    Waker copy = cx.waker();
    std::move(copy).wake();
    return pending;
  }));
  core.run();
  EXPECT_EQ(polls, 3);
}

TEST(Wake, DuringThePollPutsTheTaskBehindTheOthers) {
  Core core;
  std::string order;
  core.spawn(poll_fn([&, again = false](Context& cx) mutable -> Poll<void> {
    order += 'a';
    if (std::exchange(again, true)) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  }));
  core.spawn(once([&] { order += 'b'; }));
  core.run();
  EXPECT_EQ(order, "aba");
}

TEST(Wake, OfACompletedTaskDoesNothing) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future());
  settle(core);
  Waker kept = sleeper.waker;
  sleeper.end = true;
  sleeper.waker.wake_by_ref();
  core.run();
  EXPECT_EQ(sleeper.polls, 2);
  kept.wake_by_ref();
  kept = Waker();
  std::exchange(sleeper.waker, Waker()).wake();
  core.run();
  EXPECT_EQ(sleeper.polls, 2);
}

TEST(Wake, ByTheFuturesOwnDestructorDoesNothing) {
  Core core;
  Sleeper sleeper;
  struct WakesAtItsEnd {
    Waker waker;
    WakesAtItsEnd() = default;
    WakesAtItsEnd(WakesAtItsEnd&&) = default;
    ~WakesAtItsEnd() { waker.wake_by_ref(); }
  };
  int polls = 0;
  core.spawn(poll_fn([&polls, end = WakesAtItsEnd()](Context& cx) mutable -> Poll<void> {
    ++polls;
    end.waker = cx.waker();
    return Poll<void>::ready();
  }));
  core.run();
  EXPECT_EQ(polls, 1);
}

TEST(Wake, AfterTheExecutorsEndDoesNothing) {
  Sleeper one, two, three;
  {
    Core core;
    core.spawn(one.future());
    core.spawn(two.future());
    core.spawn(three.future());
    settle(core);
  }
  one.waker.wake_by_ref();
  std::exchange(one.waker, Waker()).wake();
  std::thread([&] {
    two.waker.wake_by_ref();
    Waker copy = two.waker;
    copy.wake_by_ref();
    std::exchange(two.waker, Waker()).wake();
  }).join();
  three.waker = Waker();
  EXPECT_EQ(one.polls + two.polls + three.polls, 3);
}

TEST(Wake, BetweenTwoRunsIsKeptForTheNext) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future());
  settle(core);
  std::thread([&] { sleeper.waker.wake_by_ref(); }).join();
  sleeper.end = true;
  core.run();
  EXPECT_EQ(sleeper.polls, 2);
}

TEST(Wake, BetweenTwoRunsComesFirstInTheNext) {
  Executor executor({.time = TimeMode::virtual_time});
  Event event;
  bool woken = false;
  executor.spawn(event.wait() | map([&] { woken = true; }));
  executor.block_on(yields(1));
  event.set();
  executor.block_on(yields(0));
  EXPECT_FALSE(woken) << "block_on's own future was spawned before the wakes were taken in";
  executor.block_on(yields(1));
  EXPECT_TRUE(woken);
}

TEST(Wake, OfATaskOfAnotherExecutorGoesThere) {
  Core a, b;
  Sleeper sleeper;
  a.spawn(sleeper.future());
  settle(a);
  b.spawn(once([&] { sleeper.waker.wake_by_ref(); }));
  b.run();
  EXPECT_EQ(sleeper.polls, 1) << "only its own executor polls a task";
  sleeper.end = true;
  a.run();
  EXPECT_EQ(sleeper.polls, 2);
}

TEST(Wakers, AreCountedApartFromHandles) {
  Core core;
  Sleeper sleeper;
  Task& task = core.spawn(sleeper.future());
  task.retain();
  EXPECT_EQ(task.wakers(), 0u);
  settle(core);
  EXPECT_EQ(task.wakers(), 1u);
  {
    std::vector<Waker> more(5, sleeper.waker);
    EXPECT_EQ(task.wakers(), 6u);
  }
  EXPECT_EQ(task.wakers(), 1u);
  sleeper.end = true;
  std::exchange(sleeper.waker, Waker()).wake();
  EXPECT_EQ(task.wakers(), 0u);
  core.run();
  EXPECT_TRUE(task.is_completed());
  task.release();
}

TEST(Wakers, StoringTheSameOneAgainClonesNothing) {
  Core core;
  Sleeper sleeper;
  Task& task = core.spawn(sleeper.future());
  for (int i = 0; i < 3; ++i) {
    settle(core);
    EXPECT_EQ(task.wakers(), 1u);
    sleeper.waker.wake_by_ref();
  }
  settle(core);
}

TEST(Wakers, TheDropOfTheLastOneGivesTheTaskAChanceToNotice) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future());
  settle(core);
  { Waker copy = sleeper.waker; }
  settle(core);
  EXPECT_EQ(sleeper.polls, 1) << "one waker is left";
  sleeper.waker = Waker();
  settle(core);
  EXPECT_EQ(sleeper.polls, 2) << "it was the last: the poll stores a new one";
  settle(core);
  EXPECT_EQ(sleeper.polls, 2);
}

TEST(Wakers, OneDroppedDuringThePollSchedulesNothing) {
  Core core;
  int polls = 0;
  Waker slot;
  core.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    ++polls;
    slot = Waker();
    slot = cx.waker();
    return pending;
  }));
  settle(core);
  slot.wake_by_ref();
  settle(core);
  settle(core);
  EXPECT_EQ(polls, 2);
}

TEST(Wakers, KeepTheTaskButNotItsFuture) {
  Core core;
  auto alive = std::make_shared<int>();
  Waker kept;
  core.spawn(poll_fn([&kept, alive](Context& cx) -> Poll<void> {
    kept = cx.waker();
    return Poll<void>::ready();
  }));
  core.run();
  EXPECT_EQ(alive.use_count(), 1) << "the future is dropped as soon as it has ended";
  kept.wake_by_ref();
}

TEST(Cancel, BeforeTheFirstPollDropsTheFutureUnpolled) {
  Core core;
  Sleeper sleeper;
  core.spawn(sleeper.future()).cancel();
  core.run();
  EXPECT_EQ(sleeper.polls, 0);
}

TEST(Cancel, OfAPendingTaskDropsTheFutureAtItsNextTurn) {
  Core core;
  auto alive = std::make_shared<int>();
  Sleeper sleeper;
  Task& task = core.spawn(poll_fn([&, alive](Context& cx) -> Poll<void> {
    cx.store(sleeper.waker, "the test");
    return pending;
  }));
  settle(core);
  task.cancel();
  EXPECT_EQ(alive.use_count(), 2) << "only the executor drops a future";
  core.run();
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(core->polls(), 1u);
}

TEST(Cancel, AndWakeTogetherDropTheFutureWithoutAPoll) {
  Core core;
  Sleeper one, two;
  Task& first = core.spawn(one.future());
  Task& second = core.spawn(two.future());
  settle(core);
  one.waker.wake_by_ref();
  first.cancel();
  second.cancel();
  two.waker.wake_by_ref();
  core.run();
  EXPECT_EQ(one.polls + two.polls, 2);
}

TEST(Cancel, OfOneselfDuringThePollTakesEffectAfterIt) {
  Core core;
  Task* self = nullptr;
  int polls = 0;
  self = &core.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    ++polls;
    self->cancel();
    cx.waker().wake_by_ref();
    return pending;
  }));
  core.run();
  EXPECT_EQ(polls, 1);
}

TEST(Cancel, OfACompletedTaskAndTwiceDoNothing) {
  Core core;
  Sleeper sleeper;
  Task& task = core.spawn(sleeper.future());
  task.retain();
  settle(core);
  task.cancel();
  task.cancel();
  core.run();
  EXPECT_TRUE(task.is_completed());
  task.cancel();
  core.run();
  task.release();
  EXPECT_EQ(sleeper.polls, 1);
}

TEST(Cancel, FromAnotherThreadDropsTheFutureOnTheExecutorsThread) {
  Core core(TimeMode::real);
  std::thread::id dropped_on;
  struct NotesItsThread {
    std::thread::id* where = nullptr;
    explicit NotesItsThread(std::thread::id& where) : where(&where) {}
    NotesItsThread(NotesItsThread&& other) noexcept : where(std::exchange(other.where, nullptr)) {}
    ~NotesItsThread() {
      if (where) *where = std::this_thread::get_id();
    }
  };
  Task& task = core.spawn(poll_fn([note = NotesItsThread(dropped_on)](Context& cx) -> Poll<void> {
    cx.waits_for(kWaitsForever);
    return pending;
  }));
  task.retain();
  Reactor::OutsideWork outside(core->reactor());
  std::thread canceller([&] { task.cancel(); });
  core.run();
  canceller.join();
  EXPECT_EQ(dropped_on, std::this_thread::get_id());
  task.release();
}

TEST(Cancel, AfterTheExecutorsEndDoesNothing) {
  Core core;
  Sleeper sleeper;
  Task& task = core.spawn(sleeper.future());
  task.retain();
  core.close();
  task.cancel();
  std::thread([&] { task.cancel(); }).join();
  task.release();
}

// --- Many threads: for the thread sanitizer, and for whoever loses a wake -------------------

/// Counts what it is woken for, however the wakes come together.
struct Inbox {
  std::atomic<int> sent{0};
  Waker waker;  // stored before the threads start: each has a copy

  auto until(int all) {
    return poll_fn([this, all](Context& cx) -> Poll<void> {
      cx.store(waker, "messages");
      return sent.load(std::memory_order_relaxed) == all ? Poll<void>::ready()
                                                         : Poll<void>(pending);
    });
  }
};

TEST(WakeStress, NoWakeFromAnotherThreadIsLost) {
  constexpr int kThreads = 4, kMessages = 5'000, kTasks = 3;
  Core core(TimeMode::real);
  std::vector<Inbox> inboxes(kTasks);
  Reactor::OutsideWork outside(core->reactor());
  for (Inbox& inbox : inboxes) core.spawn(inbox.until(kThreads * kMessages));
  std::vector<std::thread> threads;
  core.spawn(once([&] {  // behind the others: their wakers are stored
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back(
          [wakers = std::vector{inboxes[0].waker, inboxes[1].waker, inboxes[2].waker}, &inboxes] {
            for (int m = 0; m < kMessages; ++m) {
              for (int i = 0; i < kTasks; ++i) {
                // relaxed: what is written before a wake must be seen by the poll after it, through
                // the task's state word alone
                inboxes[i].sent.fetch_add(1, std::memory_order_relaxed);
                if (m % 3) {
                  wakers[i].wake_by_ref();
                } else {
                  Waker copy = wakers[i];
                  std::move(copy).wake();
                }
              }
            }
          });
    }
  }));
  core.run();
  for (std::thread& thread : threads) thread.join();
}

TEST(WakeStress, NewsWrittenBeforeAWakeAreSeenByThePollAfterIt) {
  constexpr int kRounds = 20'000;
  Core core(TimeMode::real);
  Reactor::OutsideWork outside(core->reactor());
  int news = 0;  // no atomic: the wake itself must pass it on
  int seen = 0;
  Waker waker;
  std::atomic<int> turn{0};  // of the task's last poll: whoever may write `news` reads this first
  core.spawn(poll_fn([&](Context& cx) -> Poll<void> {
    cx.store(waker, "news");
    if (news != seen) {
      seen = news;
      turn.store(seen, std::memory_order_release);
    }
    return seen == kRounds ? Poll<void>::ready() : Poll<void>(pending);
  }));
  std::thread writer;
  core.spawn(once([&] {
    writer = std::thread([&, waker = waker] {
      for (int round = 1; round <= kRounds; ++round) {
        while (turn.load(std::memory_order_acquire) != round - 1) std::this_thread::yield();
        news = round;
        waker.wake_by_ref();
      }
    });
  }));
  core.run();
  writer.join();
  EXPECT_EQ(seen, kRounds);
}

TEST(WakeStress, WakersMayOutliveTheExecutorOnManyThreads) {
  constexpr int kRounds = 100, kThreads = 3, kTasks = 4;
  for (int round = 0; round < kRounds; ++round) {
    std::atomic<bool> go{false}, stop{false};
    std::vector<std::thread> threads;
    std::vector<Waker> wakers(kTasks);
    {
      Executor executor({.time = TimeMode::real});
      for (Waker& waker : wakers) {
        executor.spawn(poll_fn([&](Context& cx) -> Poll<void> {
          cx.store(waker, "anything");
          return pending;
        }));
      }
      executor.block_on(yields(1));
      for (int t = 0; t < kThreads; ++t) {
        threads.emplace_back([wakers, &go, &stop]() mutable {
          while (!go.load(std::memory_order_relaxed)) std::this_thread::yield();
          for (int i = 0; !stop.load(std::memory_order_relaxed) || i < 50; ++i) {
            Waker copy = wakers[i % kTasks];
            if (i % 2) copy.wake_by_ref();
            if (i % 3) std::move(copy).wake();
          }
        });
      }
      go = true;
      executor.block_on(yields(round));
    }  // ends while the threads wake
    stop = true;
    for (std::thread& thread : threads) thread.join();
  }
}

TEST(WakeStress, TheLastWakerMayGoOnAnyThreadWhileTheTaskEnds) {
  constexpr int kRounds = 2'000;
  Core core(TimeMode::real);
  Reactor::OutsideWork outside(core->reactor());
  for (int round = 0; round < kRounds; ++round) {
    Waker waker;
    std::atomic<bool> end{false};
    Task& task = core.spawn(poll_fn([&](Context& cx) -> Poll<void> {
      if (end.load(std::memory_order_relaxed)) return Poll<void>::ready();
      if (!waker) waker = cx.waker();
      return pending;
    }));
    task.retain();
    std::thread dropper;
    core.spawn(once([&] {
      dropper = std::thread([&end, waker = std::move(waker), round]() mutable {
        end.store(true, std::memory_order_relaxed);
        if (round % 2) {
          waker = Waker();
        } else {
          std::move(waker).wake();
        }
      });
      if (round % 3 == 0) task.cancel();
    }));
    core.run();
    task.release();
    dropper.join();
  }
}

TEST(WakeStress, CancelFromManyThreads) {
  constexpr int kRounds = 500;
  Core core(TimeMode::real);
  Reactor::OutsideWork outside(core->reactor());
  for (int round = 0; round < kRounds; ++round) {
    Sleeper sleeper;
    Task& task = core.spawn(sleeper.future());
    task.retain();
    std::thread one([&] { task.cancel(); });
    std::thread two([&] { task.cancel(); });
    core.run();
    one.join();
    two.join();
    task.release();
  }
}

}  // namespace wake_test
}  // namespace book::test
