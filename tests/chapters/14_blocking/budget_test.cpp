// Work that never waits: breathe(), budgeted(n), and watch_polls. (Chapter 14)
#include "14_blocking/budget.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join.h"
#include "09_streams/sources.h"
#include "14_blocking/stall.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/hand.h"

namespace book {
namespace budget_test {

using namespace std::chrono_literals;

Async<> works(int steps, int& done) {
  for (done = 0; done < steps; ++done) co_await breathe();
}
/// How often it has its turn while the others work.
Async<> counts_turns(const int& done, int steps, int& turns) {
  while (done < steps) {
    ++turns;
    co_await yield_now();
  }
}

TEST(Breathe, LetsTheOthersHaveATurnAfter128) {
  for (const int steps : {1, 128, 129, 1290}) {
    Executor executor;
    int done = 0, turns = 0;
    executor.spawn(works(steps, done));
    executor.spawn(counts_turns(done, steps, turns));
    executor.run();
    EXPECT_EQ(done, steps);
    EXPECT_EQ(turns, (steps - 1) / 128) << steps << " steps";
  }
}

// The second of them finds the turn used up, and still gets on.
TEST(Breathe, KeepsNobodyOfTheSameTaskFromWorking) {
  Executor executor;
  int first = 0, second = 0;
  executor.spawn(join(works(1000, first), works(20, second)));
  executor.run();
  EXPECT_EQ(first + second, 1020);
}

TEST(Breathe, IsAFuture) {
  test::expect_contract([] { return test::subject(breathe()); }, {.ready_at_once = true});
}

TEST(Breathe, IsAFutureWhenTheTurnIsUsedUp) {
  Executor executor;
  executor.block_on(poll_fn([](Context&) {
    while (!Scheduler::count_call()) {
    }
    test::expect_contract([] { return test::subject(breathe()); }, {.wakes_itself = true});
    return Poll<void>::ready();
  }));
}

/// A source that always has an item.
struct Endless {
  using Item = int;
  int next = 0;
  Poll<std::optional<int>> poll_next(Context&) { return Poll<std::optional<int>>::ready(next++); }
};

TEST(Budgeted, GivesSoManyInATurn) {
  Executor executor;
  int taken = 0, turns = 0;
  struct Reads {
    using Output = void;
    int& taken;
    int& turns;
    streams::Budgeted<Endless, std::size_t> source = Endless{} | budgeted(10);
    Poll<void> poll(Context& cx) {
      ++turns;
      while (taken < 35 && source.poll_next(cx).is_ready()) ++taken;
      return taken == 35 ? Poll<void>::ready() : Poll<void>(pending);
    }
  };
  executor.block_on(Reads{taken, turns});
  EXPECT_EQ(taken, 35);
  EXPECT_EQ(turns, 4);
}

TEST(Budgeted, CountsNothingOutsideOfATask) {
  const test::Hand hand;
  auto source = Endless{} | budgeted(3);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(hand.take(source), i);
  EXPECT_THROW(budgeted(0), std::invalid_argument);
}

// ---- watch_polls -----------------------------------------------------------------------------

/// The line of its call is what the report names.
ASYNC_TEST(WatchPolls, NamesThePollThatTookTooLong) {
  std::vector<LongPoll> seen;
  const auto keeps = [&seen](const LongPoll& poll) { seen.push_back(poll); };
  const int line = __LINE__ + 1;
  auto slow = watch_polls(-1ns, yield_now(), keeps);  // every poll takes longer than that
  co_await slow;
  EXPECT_EQ(seen.size(), 2u);
  if (seen.size() != 2) co_return;
  EXPECT_EQ(seen[1].watched_at.line, line);
  EXPECT_EQ(seen[1].which, 2u);
  EXPECT_GE(seen[1].took, 0ns);

  auto quick = watch_polls(1h, yield_now(), keeps);
  co_await quick;
  EXPECT_EQ(seen.size(), 2u);
  auto throws = watch_polls(
      -1ns, poll_fn([](Context&) -> Poll<int> { throw std::runtime_error("no value"); }), keeps);
  std::string error;
  try {
    co_await throws;
  } catch (const std::runtime_error& thrown) {
    error = thrown.what();
  }
  EXPECT_EQ(error, "no value");
  EXPECT_EQ(seen.size(), 3u);
}

TEST(WatchPolls, SaysSoOnStderr) {
  const test::Hand hand;
  auto watched = watch_polls(-1ns, ready(7), "server.cpp", 40);
  testing::internal::CaptureStderr();
  EXPECT_TRUE(hand.is_ready(watched));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "a poll of the future watched at server.cpp:40 took 0 ms; its thread did nothing else "
            "meanwhile (its poll number 1)\n");
}

TEST(WatchPolls, IsAFuture) {
  test::expect_contract([] { return test::subject(watch_polls(1h, yield_now())); },
                        {.wakes_itself = true});
}

}  // namespace budget_test
}  // namespace book
