// Tests of the piece queue_once: what a wake does to the state word, and to the queue.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "04_io_executor/executor.h"
#include "support/waits.h"

namespace book {
namespace {

using test::Seen;
using test::Waits;

class QueueOnce : public testing::Test {
 protected:
  QueueOnce() {
    executor_.spawn(Waits(seen_));
    executor_.run_ready();
  }
  ~QueueOnce() override { seen_->waker = Waker(); }
  Executor executor_{{.time = TimeMode::virtual_time}};
  std::shared_ptr<Seen> seen_ = std::make_shared<Seen>();
};

TEST_F(QueueOnce, AWakeByReferenceQueuesTheTask) {
  ASSERT_EQ(seen_->polls, 1);
  seen_->waker.wake_by_ref();
  executor_.run_ready();
  EXPECT_EQ(seen_->polls, 2) << "Task::schedule: the task was idle, it was woken, and it was not "
                                "polled. The one whose step "
                             << "sets kScheduled queues it: scheduler_->enqueue(this).";
}

TEST_F(QueueOnce, AWakeByValueQueuesTheTask) {
  Waker waker = std::move(seen_->waker);
  std::move(waker).wake();
  executor_.run_ready();
  EXPECT_EQ(seen_->polls, 2) << "Task::wake_and_drop_waker: the task was woken and not polled.";
}

TEST_F(QueueOnce, ManyWakesAreOnePoll) {
  const Waker other = seen_->waker;
  for (int i = 0; i < 3; ++i) seen_->waker.wake_by_ref();
  Waker last = other;
  std::move(last).wake();
  executor_.run_ready();
  EXPECT_EQ(seen_->polls, 2)
      << "Task::schedule: woken four times before its turn, it has one turn. A wake that finds "
      << "kScheduled set has nothing to queue.";
}

TEST_F(QueueOnce, AWakeThatUsesUpTheLastWakerFreesAnEndedTask) {
  Waker waker = std::move(seen_->waker);
  seen_->open = true;
  waker.wake_by_ref();
  executor_.run_ready();
  EXPECT_EQ(seen_->polls, 2);
  EXPECT_EQ(seen_.use_count(), 1) << "The future is gone when the task has ended.";
  std::move(waker).wake();  // late: a task that is not freed is a leak, which asan sees
  executor_.run_ready();
  EXPECT_EQ(seen_->polls, 2) << "A task that has ended is not queued any more.";
}

TEST_F(QueueOnce, AWakeByValueCountsItsWakerNoMore) {
  Waker waker = std::move(seen_->waker);
  std::move(waker).wake();
  executor_.run_ready();  // polled, and has a new waker
  std::string report;
  try {
    executor_.run();
  } catch (const Deadlock& deadlock) {
    report = deadlock.what();
  }
  EXPECT_NE(report.find("its waker is held once"), std::string::npos)
      << "Task::wake_and_drop_waker: the wake has used its waker up, and the state word still "
         "counts "
      << "it. So the executor takes a task that nothing can wake for one that is awaited.\n"
      << report;
}

}  // namespace
}  // namespace book
