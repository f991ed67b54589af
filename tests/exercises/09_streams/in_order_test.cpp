// Tests of the piece in_order: buffered(n), several futures at once, their items in order.
#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <stdexcept>
#include <vector>

#include "09_streams/buffered.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;

struct Job {
  bool begun = false, done = false, fails = false;
  Waker waker;
};

/// Gives the number of its job when that is done.
class Work : PinnedOncePolled {
 public:
  using Output = int;
  Work(Job& job, int number) : job_(&job), number_(number) {}
  Poll<int> poll(Context& cx) {
    pin_.enter();
    job_->begun = true;
    if (job_->fails) throw std::runtime_error("a job that fails");
    if (job_->done) return number_;
    cx.store(job_->waker, "a job");
    return pin_.pending();
  }

 private:
  Job* job_;
  int number_;
};

/// Hands out the futures of `count` jobs.
struct Jobs {
  using Item = Work;
  std::deque<Job>& jobs;
  int given = 0;
  PollItem<Work> poll_next(Context&) {
    if (given == static_cast<int>(jobs.size())) return PollItem<Work>::ready();
    const int number = given++;
    return PollItem<Work>::ready(Work(jobs[static_cast<std::size_t>(number)], number));
  }
};

class InOrder : public testing::Test {
 protected:
  std::deque<Job> jobs_ = std::deque<Job>(5);
  Jobs source_{jobs_};
  streams::Buffered<Jobs&, std::size_t> stream_{source_, 3};
  Hand task_;

  void finish(std::size_t number) {
    jobs_[number].done = true;
    jobs_[number].waker.wake_by_ref();
  }
  int begun() const {
    int count = 0;
    for (const Job& job : jobs_) count += job.begun ? 1 : 0;
    return count;
  }
};

TEST_F(InOrder, HasAsManyUnderWayAsAllowed) {
  EXPECT_TRUE(task_.waits(stream_));
  EXPECT_EQ(begun(), 3) << "Buffered: three at once were allowed, and " << begun()
                        << " have begun.";
  EXPECT_EQ(stream_.size(), 3u);
}

TEST_F(InOrder, GivesThemInTheOrderOfTheSource) {
  ASSERT_TRUE(task_.waits(stream_));
  finish(2);
  EXPECT_TRUE(task_.waits(stream_))
      << "Buffered: job 2 is done, and 0 is not. Its item waits for its turn.";
  EXPECT_EQ(begun(), 3) << "Buffered: an item that waits for its turn keeps its place, or a slow "
                        << "first one lets the others pile up without end.";
  finish(0);
  EXPECT_EQ(task_.take(stream_), 0);
  EXPECT_TRUE(task_.waits(stream_)) << "Buffered: now job 1 is the one to wait for.";
  EXPECT_EQ(begun(), 4) << "Buffered: one item has left, so the next future may begin.";
  finish(1);
  EXPECT_EQ(task_.take(stream_), 1);
  EXPECT_EQ(task_.take(stream_), 2) << "Buffered: it was done long ago.";
}

TEST_F(InOrder, EndsWhenTheSourceHasEndedAndAllWasGiven) {
  for (Job& job : jobs_) job.done = true;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(task_.take(stream_), i);
  EXPECT_EQ(task_.take(stream_), std::nullopt) << "Buffered: all was given, and it has not ended.";
}

TEST_F(InOrder, AnExceptionEndsIt) {
  jobs_[1].fails = true;
  EXPECT_THROW((void)task_.waits(stream_), std::runtime_error);
  EXPECT_EQ(task_.take(stream_), std::nullopt);
  EXPECT_EQ(source_.given, 3) << "Buffered: no more are asked for.";
}

}  // namespace
}  // namespace book
