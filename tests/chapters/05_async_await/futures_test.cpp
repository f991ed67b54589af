// ready, never, poll_fn, yield_now, map and then. (Chapter 05)
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"

namespace book {
namespace futures_test {

TEST(Ready, GivesItsValueOnceAtTheFirstPoll) {
  Waker waker = Waker::noop();
  Context cx(waker);
  auto future = ready(std::make_unique<int>(4));
  EXPECT_EQ(*future.poll(cx).value(), 4);
  EXPECT_THROW((void)future.poll(cx), std::logic_error);
}

TEST(Never, IsPendingAndNobodyCanWakeIt) { EXPECT_THROW(block_on(never<int>()), Deadlock); }

TEST(PollFn, PollsItsFunction) {
  int polls = 0;
  auto third_time = poll_fn([&](Context& cx) -> Poll<int> {
    if (++polls == 3) return polls;
    cx.waker().wake_by_ref();
    return pending;
  });
  EXPECT_EQ(block_on(third_time), 3);
}

TEST(YieldNow, LetsTheOthersRunFirst) {
  std::vector<std::string> log;
  auto body = [&](std::string name) -> Async<> {
    log.push_back(name + "1");
    co_await yield_now();
    log.push_back(name + "2");
  };
  Executor executor;
  executor.spawn(body("a"));
  executor.spawn(body("b"));
  executor.run();
  EXPECT_EQ(log, (std::vector<std::string>{"a1", "b1", "a2", "b2"}));
}

TEST(Map, PassesTheValueThroughAFunction) {
  auto twice = [](int value) { return value * 2; };
  EXPECT_EQ(block_on(ready(21) | map(twice)), 42);
}

TEST(Map, MayTakeAndGiveNothing) {
  int calls = 0;
  block_on(ready() | map([&] { ++calls; }));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(block_on(yield_now() | map([] { return 5; })), 5);
}

TEST(Map, ThrowsWhatItsFunctionThrows) {
  auto fails = [](int) -> int { throw std::runtime_error("no"); };
  EXPECT_THROW(block_on(ready(1) | map(fails)), std::runtime_error);
}

TEST(Then, AwaitsTheFutureThatItsFunctionGives) {
  auto next_one = [](int value) -> Async<int> {
    co_await yield_now();
    co_return value + 1;
  };
  EXPECT_EQ(block_on(ready(1) | then(next_one) | then(next_one)), 3);
}

TEST(Then, DoesNotCallItsFunctionWhenTheFirstFails) {
  bool called = false;
  auto fails = []() -> Async<int> {
    co_await yield_now();
    throw std::runtime_error("no");
  };
  auto second = [&](int value) {
    called = true;
    return ready(value);
  };
  EXPECT_THROW(block_on(fails() | then(second)), std::runtime_error);
  EXPECT_FALSE(called);
}

TEST(Then, DropsAnOwnedFirstFutureBeforeTheSecondBegins) {
  auto held = std::make_shared<int>(1);
  auto first = [](std::shared_ptr<int> keep) -> Async<int> {
    co_await yield_now();
    co_return *keep;
  };
  auto second = [&](int) { return ready(held.use_count()); };
  EXPECT_EQ(block_on(first(held) | then(second)), 1);
}

/// Holds something, as a lock or a connection is held, and is ready at once.
struct Holding {
  using Output = int;
  std::shared_ptr<int> held;
  PinGuard pin{};
  Poll<int> poll(Context&) {
    pin.enter();
    return 7;
  }
};

TEST(MapAndThen, DropWhatHasFinishedBeforeTheNextFunctionRuns) {
  const auto thing = std::make_shared<int>(1);
  const auto holders = [&](int) { return thing.use_count(); };
  EXPECT_EQ(block_on(Holding{thing} | map(holders)), 1)
      << "The future has finished: what it holds is not to be kept while the function runs.";
  EXPECT_EQ(block_on(Holding{thing} | then([&](int) { return ready(thing.use_count()); })), 1);
  const auto keeps = [keep = thing](int value) { return value; };
  auto mapped = ready(1) | map([keep = thing](int value) { return value; }) | map(holders);
  EXPECT_EQ(block_on(std::move(mapped)), 2) << "Only `keeps` and the test still have it.";
  EXPECT_EQ(keeps(1), 1);
}

TEST(Map, DropsTheFutureBeforeAFunctionThatThrows) {
  const auto thing = std::make_shared<int>(1);
  auto mapped = Holding{thing} | map([](int) -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(block_on(mapped), std::runtime_error);
  EXPECT_EQ(thing.use_count(), 1);
}

TEST(MapAndThen, BorrowANamedFuture) {
  auto body = []() -> Async<int> {
    co_await yield_now();
    co_return 1;
  };
  Async<int> task = body();
  Waker waker = Waker::noop();
  Context cx(waker);
  {
    auto mapped = task | map([](int value) { return value + 1; });
    EXPECT_TRUE(mapped.poll(cx).is_pending());
  }
  EXPECT_EQ(task.poll(cx).value(), 1);
}

/// Pending three times. What it counts with lives behind a pointer, as owned things often do.
auto counts() {
  return poll_fn([left = std::make_unique<int>(3)](Context& cx) -> Poll<int> {
    if ((*left)-- == 0) return 5;
    cx.waker().wake_by_ref();
    return pending;
  });
}

/// A future that refuses to be moved is none the worse for it.
template <class F>
int ends_after_a_refused_move(F future) {
  Waker waker = Waker::noop();
  Context cx(waker);
  EXPECT_TRUE(future.poll(cx).is_pending());
  EXPECT_THROW([[maybe_unused]] F moved(std::move(future)), std::logic_error);
  return block_on(future);
}

TEST(PollFn, StaysWholeWhenItRefusesToMove) { EXPECT_EQ(ends_after_a_refused_move(counts()), 5); }

TEST(MapAndThen, StayWholeWhenTheyRefuseToMove) {
  auto waits = [](int value) -> Async<int> {
    co_await yield_now();
    co_return value;
  };
  auto next = [](int value) { return value + 1; };
  auto next_later = [waits](int value) { return waits(value + 2); };
  EXPECT_EQ(ends_after_a_refused_move(waits(1) | map(next)), 2);
  EXPECT_EQ(ends_after_a_refused_move(waits(1) | then(next_later)), 3);
}

}  // namespace futures_test
}  // namespace book
