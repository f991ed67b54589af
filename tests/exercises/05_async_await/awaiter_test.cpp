// Tests of the piece awaiter: LeafAwaiter, which is what co_await of a future is.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "05_async_await/async.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;

/// Ready at its n-th poll, with how many there have been.
class ReadyAtPoll {
 public:
  using Output = std::unique_ptr<int>;
  explicit ReadyAtPoll(int n) : n_(n) {}
  ReadyAtPoll(const ReadyAtPoll&) = delete;

  Poll<Output> poll(Context& cx) {
    if (++polls < n_) {
      cx.store(waker, "its next poll");
      return pending;
    }
    if (n_ < 0) throw std::runtime_error("no value today");
    return Poll<Output>::ready(std::make_unique<int>(polls));
  }

  int polls = 0;
  Waker waker;

 private:
  int n_;
};

Async<int> await(ReadyAtPoll& future) {
  const auto value = co_await future;
  co_return *value;
}

TEST(Awaiter, GivesTheValueOfAFutureThatIsReady) {
  ReadyAtPoll future(1);
  Async<int> running = await(future);
  const Hand task;
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready())
      << "LeafAwaiter: the future was ready at its first poll, and the coroutine suspended all the "
      << "same. Poll on the spot; await_ready says what came of it.";
  EXPECT_EQ(answer.value(), 1);
  EXPECT_EQ(future.polls, 1) << "LeafAwaiter: one poll is enough for a future that is ready.";
}

// A coroutine that goes on too early asks an empty Outcome for the value, which throws.
bool stays_pending(const Hand& task, Async<int>& running) {
  try {
    return task.is_pending(running);
  } catch (const std::logic_error&) {
    return false;
  }
}

TEST(Awaiter, SuspendsUntilTheFutureIsReady) {
  ReadyAtPoll future(3);
  Async<int> running = await(future);
  const Hand task;
  ASSERT_TRUE(stays_pending(task, running))
      << "LeafAwaiter: the future is pending, and the coroutine went on without its value. "
      << "await_ready says false then, and await_suspend makes this the leaf that the chain waits "
      << "for.";
  EXPECT_EQ(future.polls, 1) << "LeafAwaiter: polled " << future.polls
                             << " times in the first poll. Once, on the spot: "
                             << "that is when the future keeps the waker.";
  ASSERT_TRUE(stays_pending(task, running))
      << "LeafAwaiter: the task was polled again, and the future is pending still. poll_again has "
      << "to poll it, and say false.";
  EXPECT_EQ(future.polls, 2) << "LeafAwaiter: each poll of the chain is one poll of its leaf.";
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready());
  EXPECT_EQ(answer.value(), 3);
}

TEST(Awaiter, NeitherCopiesNorMovesTheFuture) {
  ReadyAtPoll future(2);  // it can be neither
  Async<int> running = await(future);
  const Hand task;
  ASSERT_TRUE(task.is_pending(running));
  EXPECT_TRUE(future.waker) << "LeafAwaiter: the named future itself is polled, not another.";
  EXPECT_TRUE(task.is_ready(running));
}

Async<int> catches(ReadyAtPoll& future) {
  int caught = 0;
  try {
    co_await future;
  } catch (const std::runtime_error&) {
    caught = 1;
  }
  co_return caught;
}

TEST(Awaiter, ThrowsWhatThePollHasThrownInsideTheCoroutine) {
  ReadyAtPoll future(-1);
  Async<int> running = catches(future);
  const Hand task;
  Poll<int> answer = task.poll(running);
  ASSERT_TRUE(answer.is_ready());
  EXPECT_EQ(answer.value(), 1)
      << "LeafAwaiter: what a poll throws is kept in outcome_ until await_resume, inside the "
      << "coroutine, throws it.";
}

TEST(Awaiter, DroppedWhileItWaitsItPollsNoMore) {
  ReadyAtPoll future(2);
  const Hand task;
  {
    Async<int> running = await(future);
    ASSERT_TRUE(task.is_pending(running));
  }
  EXPECT_EQ(future.polls, 1);
}

}  // namespace
}  // namespace book
