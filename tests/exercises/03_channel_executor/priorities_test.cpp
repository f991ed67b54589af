#include "exercise/priorities.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
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

/// Runs tasks that write their name into a log.
struct Log {
  PriorityExecutor executor;
  std::string text;

  template <class F>
  void spawn(Priority priority, F function) {
    executor.spawn(priority, FromFunction<F>{std::move(function)});
  }
  void note(Priority priority, char name) {
    spawn(priority, [this, name](Context&) {
      text += name;
      return Poll<void>::ready();
    });
  }
  /// Writes its name, keeps a waker, and writes its name again when woken.
  void note_twice(Priority priority, char name, Waker& slot) {
    spawn(priority, [this, name, &slot, first = true](Context& cx) mutable -> Poll<void> {
      text += name;
      if (!std::exchange(first, false)) return Poll<void>::ready();
      cx.store(slot, "the test");
      return pending;
    });
  }
};

TEST(Priorities, HighRunsBeforeLow) {
  Log log;
  log.note(Priority::low, 'a');
  log.note(Priority::high, 'X');
  log.executor.run_ready();
  EXPECT_EQ(log.text, "Xa")
      << "A low task (a) was queued, then a high one (X). The high one has to run first,\n"
         "although it came later. See PriorityQueue::pop().";
}

TEST(Priorities, LowTasksKeepTheirOrder) {
  Log log;
  for (char c : {'a', 'b', 'c', 'd'}) log.note(Priority::low, c);
  log.executor.run_ready();
  EXPECT_EQ(log.text, "abcd") << "Tasks of the same priority run in the order they were queued.";
}

TEST(Priorities, HighTasksKeepTheirOrder) {
  Log log;
  log.note(Priority::low, 'a');
  for (char c : {'X', 'Y', 'Z'}) log.note(Priority::high, c);
  log.note(Priority::low, 'b');
  log.executor.run_ready();
  EXPECT_EQ(log.text, "XYZab")
      << "Tasks of the same priority run in the order they were queued: X, Y, Z. A high\n"
         "task may overtake the low ones, and no other high one.";
}

TEST(Priorities, AWokenTaskKeepsItsPriority) {
  Log log;
  Waker high;
  Waker low;
  log.note_twice(Priority::low, 'a', low);
  log.note_twice(Priority::high, 'X', high);
  log.executor.run_ready();
  log.text.clear();
  low.wake_by_ref();
  high.wake_by_ref();
  log.executor.run_ready();
  EXPECT_EQ(log.text, "Xa")
      << "Both tasks were woken, the low one (a) first. The high one (X) still goes\n"
         "first: a woken task has the priority it was spawned with.";
}

TEST(Priorities, AHighTaskSpawnedMeanwhileIsNext) {
  Log log;
  log.spawn(Priority::low, [&log](Context&) {
    log.text += 'a';
    log.note(Priority::high, 'X');
    return Poll<void>::ready();
  });
  log.note(Priority::low, 'b');
  log.executor.run_ready();
  EXPECT_EQ(log.text, "aXb")
      << "The first low task spawns a high one (X): it runs before the next low one (b).\n"
         "Choose anew before every poll.";
}

TEST(Priorities, AHighTaskThatYieldsGoesOnBeforeTheLowOnes) {
  Log log;
  log.spawn(Priority::high, [&log, left = 2](Context& cx) mutable -> Poll<void> {
    log.text += 'X';
    if (left-- == 0) return Poll<void>::ready();
    cx.waker().wake_by_ref();
    return pending;
  });
  log.note(Priority::low, 'a');
  log.executor.run_ready();
  EXPECT_EQ(log.text, "XXXa")
      << "A high task that wakes itself is high again: the low one (a) has to wait, for\n"
         "as long as that takes.";
}

TEST(Priorities, QueuedTasksEndWithTheExecutor) {
  auto token = std::make_shared<int>();
  {
    Log log;
    for (Priority priority : {Priority::low, Priority::high}) {
      log.spawn(priority, [token](Context&) { return Poll<void>::ready(); });
    }
  }
  EXPECT_EQ(token.use_count(), 1)
      << "Tasks that were queued have outlived their executor: its destructor pops until\n"
         "pop() gives none. Does pop() find all of them?";
}

}  // namespace
}  // namespace book::exercise
