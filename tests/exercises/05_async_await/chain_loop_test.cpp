// Tests of the piece chain_loop: the loop that runs a chain of coroutines.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <utility>

#include "05_async_await/async.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;

/// Ready when `open`. Counts its polls.
struct Gate {
  using Output = void;
  Gate() = default;
  Gate(const Gate&) = delete;
  Poll<void> poll(Context& cx) {
    ++polls;
    if (open) return Poll<void>::ready();
    cx.store(waker, "a gate");
    return pending;
  }
  bool open = false;
  int polls = 0;
  Waker waker;
};

Async<int> forty_two() { co_return 42; }

TEST(ChainLoop, RunsACoroutineToItsEnd) {
  Async<int> running = forty_two();
  const Hand task;
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready())
      << "The loop of the chain: this coroutine waits for nothing, and its poll said pending. "
      << "frame_of(*top_).resume() runs it; then top_ is null, and the chain has ended: true.";
  EXPECT_EQ(answer.value(), 42);
}

Async<int> behind(Gate& first, Gate& second) {
  co_await first;
  co_await second;
  co_return 7;
}

TEST(ChainLoop, StopsAtEachLeafThatIsPending) {
  Gate first, second;
  Async<int> running = behind(first, second);
  const Hand task;
  ASSERT_TRUE(task.is_pending(running))
      << "The loop of the chain: leaf_ is set, so it has to wait.";
  ASSERT_TRUE(task.is_pending(running));
  ASSERT_EQ(second.polls, 0)
      << "The loop of the chain: polled again, and the gate is closed still; but the coroutine "
         "went "
      << "on behind it. While the leaf is pending, its coroutine is not resumed.";
  EXPECT_EQ(first.polls, 2) << "The loop of the chain: each poll polls the leaf once.";
  first.open = true;
  ASSERT_TRUE(task.is_pending(running)) << "The loop of the chain: the second gate is closed.";
  EXPECT_EQ(second.polls, 1) << "The loop of the chain: nothing polled the second gate.";
  const int polls = first.polls;
  second.open = true;
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready())
      << "The loop of the chain: both gates are open, and it is pending. A leaf that was ready is "
      << "no leaf any more: leaf_ is null before the coroutine goes on.";
  EXPECT_EQ(answer.value(), 7);
  EXPECT_EQ(first.polls, polls) << "The first gate was done: the chain waits for the second.";
}

Async<int> add_up(Gate& gate, int depth) {
  if (depth == 0) {
    co_await gate;
    co_return 0;
  }
  const int below = co_await add_up(gate, depth - 1);
  co_return below + 1;
}

TEST(ChainLoop, CallsAndReturnsInOnePoll) {
  Gate gate;
  gate.open = true;
  Async<int> running = add_up(gate, 3);
  const Hand task;
  // To say that the chain has ended while a coroutine of it is still running ends the program.
  const std::terminate_handler before = std::set_terminate([] {
    std::fputs(
        "The loop of the chain: it said true, and a coroutine that was called has not ended: "
        "top_ is not null yet. Go on resuming the top until a leaf waits or there is none.\n",
        stderr);
    std::abort();
  });
  Poll<int> answer = task.poll(running);
  std::set_terminate(before);
  ASSERT_TRUE(answer.is_ready())
      << "The loop of the chain: a coroutine that calls another has a new top, and one that ends "
      << "goes back to its caller. Go on resuming the top until a leaf waits or there is none.";
  EXPECT_EQ(answer.value(), 3);
}

TEST(ChainLoop, AWakeCostsTheSameAtAnyDepth) {
  Gate gate;
  Async<int> running = add_up(gate, 10'000);
  const Hand task;
  ASSERT_TRUE(task.is_pending(running));
  gate.open = true;
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready());
  EXPECT_EQ(answer.value(), 10'000);
  EXPECT_EQ(gate.polls, 2) << "Two polls of the chain are two polls of its leaf, and no more.";
}

Async<int> throws(Gate& gate) {
  co_await gate;
  throw std::runtime_error("no more");
}
Async<int> calls_one_that_throws(Gate& gate) {
  const int never = co_await throws(gate);
  co_return never;
}

TEST(ChainLoop, AnExceptionComesOutOfThePollAndEndsTheChain) {
  Gate gate;
  Async<int> running = calls_one_that_throws(gate);
  const Hand task;
  ASSERT_TRUE(task.is_pending(running));
  gate.open = true;
  EXPECT_THROW((void)task.poll(running), std::runtime_error);
  EXPECT_THROW((void)task.poll(running), std::logic_error) << "It has ended.";
}

}  // namespace
}  // namespace book
