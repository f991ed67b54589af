#include "exercise/worker_local.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "common/future.h"
#include "explorer/expect.h"
#include "support/hand.h"

namespace book {
namespace {

using exercise::count_lines;
using exercise::WorkerCounter;
using explorer::check;
using explorer::expect_every_schedule;
using explorer::Explore;
using test::Hand;

/// Which worker this thread is said to be.
thread_local std::size_t here = 0;
std::size_t where() { return here; }

// ---- by hand, one thread ----------------------------------------------------

TEST(WorkerLocal, CountsWhereItIs) {
  WorkerCounter counter(2, where);
  here = 1;
  counter.add();
  counter.add();
  here = 0;
  counter.add();
  EXPECT_EQ(counter.of(0), 1u) << "Each worker counts for itself.";
  EXPECT_EQ(counter.of(1), 2u) << "Each worker counts for itself.";
  EXPECT_EQ(counter.total(), 3u) << "Three were counted, on two workers.";
}

TEST(WorkerLocal, KnowsNothingOfOtherCounters) {
  here = 0;
  WorkerCounter first(2, where);
  first.add();
  WorkerCounter second(2, where);
  EXPECT_EQ(second.total(), 0u)
      << "A new counter begins with what another one has counted. A thread_local, or a static, is "
         "one for all of them, and nothing resets it: a figure belongs into its counter.";
  second.add();
  EXPECT_EQ(first.total(), 1u) << "Two counters have nothing to do with one another.";
}

TEST(WorkerLocal, CountsForThoseOutsideToo) {
  WorkerCounter counter(2, where);
  here = WorkerCounter::kOutside;
  counter.add();
  here = 1;
  counter.add();
  EXPECT_EQ(counter.of(WorkerCounter::kOutside), 1u) << "A thread that is no worker counts, too.";
  EXPECT_EQ(counter.total(), 2u) << "What those outside have counted belongs to the total.";
}

TEST(WorkerLocal, MayBeAskedTwice) {
  WorkerCounter counter(2, where);
  here = 0;
  counter.add();
  EXPECT_EQ(counter.total(), 1u);
  EXPECT_EQ(counter.total(), 1u)
      << "Nobody has counted since it was asked, and the total is another one: to look changes "
         "nothing.";
}

/// A line, whenever the test lets one through.
struct Lines {
  using Item = int;
  std::optional<int> next{};
  bool ended = false;
  Waker waker{};
  Poll<std::optional<int>> poll_next(Context& cx) {
    if (next || ended) return Poll<std::optional<int>>::ready(std::exchange(next, std::nullopt));
    cx.store(waker, "a line");
    return pending;
  }
};

TEST(WorkerLocal, CountsEachLineWhereTheTaskIsThen) {
  WorkerCounter counter(2, where);
  Lines lines;
  const Hand hand;
  auto counts = count_lines(lines, counter);
  here = 0;
  EXPECT_FALSE(hand.is_ready(counts)) << "The stream has not ended.";
  lines.next = 1;
  EXPECT_FALSE(hand.is_ready(counts));
  EXPECT_EQ(counter.of(0), 1u) << "One line has come.";
  here = 1;  // from here on the task is polled by worker 1
  lines.next = 2;
  EXPECT_FALSE(hand.is_ready(counts));
  lines.next = 3;
  EXPECT_FALSE(hand.is_ready(counts));
  EXPECT_EQ(counter.of(0), 1u)
      << "The task has moved to worker 1, and counts on worker 0's figure, which that worker "
         "counts on as well. After each await it may be elsewhere: ask again.";
  EXPECT_EQ(counter.of(1), 2u);
  lines.ended = true;
  EXPECT_TRUE(hand.is_ready(counts));
  EXPECT_EQ(counter.total(), 3u) << "Three lines have come, and then the end, which is no line.";
}

// ---- under every schedule ---------------------------------------------------

void counts(Explore& e, WorkerCounter& counter, const char* name, std::size_t worker) {
  e.thread(name, [&counter, worker] {
    here = worker;
    counter.add();
    counter.add();
  });
}

TEST(WorkerLocal, IsAskedWhileTheyCount) {
  const auto scenario = [](Explore& e) {
    auto& counter = e.make<WorkerCounter>(2, where);
    counts(e, counter, "worker 0", 0);
    counts(e, counter, "worker 1", 1);
    e.thread("asks", [&counter] {
      const auto before = counter.total();
      const auto after = counter.total();
      check(before <= after, "the total went back");
      check(after <= 4, "the total says more than was counted");
    });
    e.finally([&counter] { check(counter.total() == 4, "a count is lost"); });
  };
  expect_every_schedule("two workers count, one asks, and none has to wait for another", scenario,
                        {.may_wait = false});
}

TEST(WorkerLocal, IsCountedOnByTwoFromOutside) {
  expect_every_schedule("two threads outside count", [](Explore& e) {
    auto& counter = e.make<WorkerCounter>(1, where);
    counts(e, counter, "thread 1", WorkerCounter::kOutside);
    counts(e, counter, "thread 2", WorkerCounter::kOutside);
    e.finally([&counter] {
      check(counter.total() == 4, "a count is lost: two threads share the figure of those outside");
    });
  });
}

}  // namespace
}  // namespace book
