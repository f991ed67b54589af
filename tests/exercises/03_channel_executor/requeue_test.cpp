// Tests of the piece requeue: a task's poll, and the wake that puts it back into the queue.
#include <gtest/gtest.h>

#include <memory>

#include "03_channel_executor/executor.h"
#include "support/waits.h"

namespace book::channel_executor {
namespace {

using test::Seen;
using test::Waits;

TEST(Requeue, AWakePutsTheTaskBackIntoTheQueue) {
  auto ends = new_executor_and_spawner();
  auto& [executor, spawner] = ends;
  const auto seen = std::make_shared<Seen>();
  spawner.spawn(Waits(seen));
  executor.run_ready();
  ASSERT_EQ(seen->polls, 1)
      << "Task::poll: a task came out of the queue, and its future was not polled.";
  seen->open = true;
  seen->waker.wake_by_ref();
  ASSERT_EQ(executor.run_ready(), 1u)
      << "Task::wake_by_ref: woken, and not in the queue. The task has a sender of its own.";
  EXPECT_EQ(seen->polls, 2) << "Task::poll: woken, taken out of the queue, and not polled again. A "
                               "future that is pending "
                            << "goes back into its task.";
}

TEST(Requeue, OnePollForEachWake) {
  auto ends = new_executor_and_spawner();
  auto& [executor, spawner] = ends;
  const auto seen = std::make_shared<Seen>();
  spawner.spawn(Waits(seen));
  executor.run_ready();
  for (int i = 0; i < 3; ++i) seen->waker.wake_by_ref();
  executor.run_ready();
  EXPECT_EQ(seen->polls, 4) << "Three wakes, three polls: this executor does not count twice.";
  seen->waker = Waker();
}

TEST(Requeue, ATaskThatHasEndedIsPolledNoMore) {
  auto ends = new_executor_and_spawner();
  auto& [executor, spawner] = ends;
  const auto seen = std::make_shared<Seen>();
  spawner.spawn(Waits(seen));
  executor.run_ready();
  const Waker late = seen->waker;
  seen->open = true;
  late.wake_by_ref();
  late.wake_by_ref();
  executor.run_ready();
  EXPECT_EQ(seen->polls, 2) << "Task::poll: its future was ready, and was polled once more.";
  EXPECT_EQ(seen.use_count(), 1) << "Task::poll: a future that is ready is dropped at once.";
}

TEST(Requeue, AFullQueueIsNotSilent) {
  auto ends = new_executor_and_spawner(1);
  auto& [executor, spawner] = ends;
  const auto seen = std::make_shared<Seen>();
  spawner.spawn(Waits(seen));
  executor.run_ready();
  seen->waker.wake_by_ref();
  seen->waker.wake_by_ref();  // there is room for one
  spawner.drop();
  bool thrown = false;
  try {
    seen->open = true;
    seen->waker = Waker();
    executor.run();
  } catch (const TooManyTasks&) {
    thrown = true;
  }
  EXPECT_TRUE(thrown)
      << "Task::wake_by_ref: the queue was full, the wake is lost, and no one hears of "
         "it. Let the executor's run() throw: sender.fail().";
}

}  // namespace
}  // namespace book::channel_executor
