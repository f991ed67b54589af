// CancellationToken: who hears of a cancel, in trees deep and wide, and what is safe during one.
#include "10_spawning/cancellation_token.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace cancellation_token_test {

using namespace std::chrono_literals;
using test::CountingWaker;
using test::Door;
using test::DropCounter;
using test::Enter;

Async<> note_when_cancelled(CancellationToken token, std::vector<int>& log, int number) {
  co_await token.cancelled();
  log.push_back(number);
}

ASYNC_TEST(CancellationToken, WakesAllWhoWait) {
  CancellationToken token;
  std::vector<int> log;
  std::vector<JoinHandle<void>> tasks;
  tasks.reserve(100);
  for (int i = 0; i < 100; ++i) tasks.push_back(spawn(note_when_cancelled(token, log, i)));
  co_await sleep(1h);
  EXPECT_TRUE(log.empty());
  EXPECT_FALSE(token.is_cancelled());
  token.cancel();
  EXPECT_TRUE(token.is_cancelled());
  for (auto& task : tasks) co_await task;
  EXPECT_EQ(log.size(), 100u);
}

ASYNC_TEST(CancellationToken, OneThatIsCancelledKeepsNobodyWaiting) {
  CancellationToken token;
  token.cancel();
  token.cancel();  // once more does nothing
  co_await token.cancelled();
  co_await token.cancelled();
}

ASYNC_TEST(CancellationToken, ACopyIsTheSameToken) {
  CancellationToken token;
  CancellationToken copy;
  copy = token;
  copy.cancel();
  EXPECT_TRUE(token.is_cancelled());
  co_return;
}

TEST(CancellationToken, CancellingReachesAllBelowAndNothingBeside) {
  CancellationToken root;
  CancellationToken left = root.child_token();
  CancellationToken left_child = left.child_token();
  CancellationToken left_grandchild = left_child.child_token();
  CancellationToken second_left_child = left.child_token();
  CancellationToken right = root.child_token();
  left.cancel();
  EXPECT_TRUE(left.is_cancelled());
  EXPECT_TRUE(left_child.is_cancelled());
  EXPECT_TRUE(left_grandchild.is_cancelled());
  EXPECT_TRUE(second_left_child.is_cancelled());
  EXPECT_FALSE(root.is_cancelled());
  EXPECT_FALSE(right.is_cancelled());
  EXPECT_FALSE(right.child_token().is_cancelled());
  EXPECT_TRUE(left.child_token().is_cancelled()) << "a child of a cancelled token is born so";
  root.cancel();
  EXPECT_TRUE(right.is_cancelled());
}

TEST(CancellationToken, AChildWhoseParentsHandleIsGoneIsStillReached) {
  CancellationToken root;
  const CancellationToken grandchild = root.child_token().child_token();
  root.cancel();
  EXPECT_TRUE(grandchild.is_cancelled());
}

TEST(CancellationToken, AChildMayOutliveEveryHandleOfItsRoot) {
  std::optional<CancellationToken> root(std::in_place);
  const CancellationToken child = root->child_token();
  root.reset();
  EXPECT_FALSE(child.is_cancelled());
  child.cancel();
  EXPECT_TRUE(child.child_token().is_cancelled());
}

TEST(CancellationToken, ChildrenThatComeAndGoLeaveTheTreeAsItWas) {
  CancellationToken root;
  std::vector<CancellationToken> children;
  children.reserve(30);
  for (int i = 0; i < 30; ++i) children.push_back(root.child_token());
  for (const int gone : {29, 0, 13}) children.erase(children.begin() + gone % std::ssize(children));
  root.cancel();
  for (const auto& child : children) EXPECT_TRUE(child.is_cancelled());
}

TEST(CancellationToken, ATreeMayBeDeeperThanTheStack) {
  CancellationToken root;
  CountingWaker counter;
  Context cx(counter.waker());
  {
    CancellationToken leaf = root;
    for (int i = 0; i < 300'000; ++i) leaf = leaf.child_token();
    Cancelled cancelled = leaf.cancelled();
    EXPECT_TRUE(cancelled.poll(cx).is_pending());
    root.cancel();
    EXPECT_EQ(counter.wakes(), 1);
  }
  EXPECT_EQ(counter.kept(), 0);
}

TEST(CancellationToken, AWaiterThatGoesIsForgotten) {
  CancellationToken token;
  CountingWaker counter;
  Context cx(counter.waker());
  for (int first_to_go = 0; first_to_go < 3; ++first_to_go) {
    std::vector<std::unique_ptr<Cancelled>> waiters;
    for (int i = 0; i < 3; ++i) {
      waiters.push_back(std::make_unique<Cancelled>(token.cancelled()));
      EXPECT_TRUE(waiters.back()->poll(cx).is_pending());
    }
    EXPECT_EQ(counter.kept(), 3);
    waiters[first_to_go].reset();
    EXPECT_EQ(counter.kept(), 2);
  }
  EXPECT_EQ(counter.kept(), 0);
  token.cancel();
  EXPECT_EQ(counter.wakes(), 0);
}

TEST(CancellationToken, AWakeMayDropEverybodyElse) {
  auto token = std::make_unique<CancellationToken>();
  CountingWaker counter;
  Context cx(counter.waker());
  std::vector<std::unique_ptr<Cancelled>> waiters;
  for (int i = 0; i < 100; ++i) {
    waiters.push_back(std::make_unique<Cancelled>(token->cancelled()));
    EXPECT_TRUE(waiters.back()->poll(cx).is_pending());
  }
  counter.on_wake([&] {
    if (token) token->cancel();
    waiters.clear();
    token.reset();
  });
  token->cancel();
  EXPECT_EQ(counter.kept(), 0);
  EXPECT_LE(counter.wakes(), 16) << "the others were gone by then";
}

TEST(CancellationToken, AWakeMayCancelMore) {
  CancellationToken first;
  CancellationToken second;
  CountingWaker counter;
  Context cx(counter.waker());
  Cancelled waits_for_first = first.cancelled();
  Cancelled waits_for_second = second.cancelled();
  EXPECT_TRUE(waits_for_first.poll(cx).is_pending());
  EXPECT_TRUE(waits_for_second.poll(cx).is_pending());
  counter.on_wake([&] {
    second.cancel();
    first.cancel();
  });
  first.cancel();
  EXPECT_EQ(counter.wakes(), 2);
  EXPECT_TRUE(second.is_cancelled());
}

TEST(CancellationToken, AWakeThatThrowsCostsNobodyElseTheWake) {
  CancellationToken token;
  CountingWaker counter;
  Context cx(counter.waker());
  std::vector<std::unique_ptr<Cancelled>> waiters;
  for (int i = 0; i < 40; ++i) {
    waiters.push_back(std::make_unique<Cancelled>(token.cancelled()));
    EXPECT_TRUE(waiters.back()->poll(cx).is_pending());
  }
  counter.on_wake([&] {
    if (counter.wakes() == 3) throw std::runtime_error("a bad waker");
  });
  EXPECT_THROW(token.cancel(), std::runtime_error);
  EXPECT_EQ(counter.wakes(), 40);
}

TEST(CancellationToken, CancelsFromAnotherThread) {
  for (int round = 0; round < 40; ++round) {
    CancellationToken root;
    std::atomic<int> heard = 0;
    Executor executor;
    Reactor::OutsideWork outside(executor.reactor());
    auto listens = [&](CancellationToken token) -> Async<> {
      co_await token.cancelled();
      ++heard;
    };
    auto comes_and_goes = [&]() -> Async<> {
      while (!root.is_cancelled()) {
        auto waiter = root.child_token().cancelled();
        auto brief =
            poll_fn([&](Context& cx) { return (void)waiter.poll(cx), Poll<void>::ready(); });
        co_await brief;
        co_await yield_now();
      }
    };
    executor.spawn(listens(root));
    executor.spawn(listens(root.child_token()));
    executor.spawn(comes_and_goes());
    std::thread other([root] { root.cancel(); });
    executor.run();
    other.join();
    EXPECT_EQ(heard, 2);
  }
}

TEST(CancellationToken, ADeadlockNamesIt) {
  auto body = []() -> Async<> {
    CancellationToken token;
    co_await token.cancelled();
  };
  try {
    block_on(body(), {.time = TimeMode::virtual_time, .seed = {}});
    ADD_FAILURE() << "nobody can cancel it";
  } catch (const Deadlock& deadlock) {
    const std::string what = deadlock.what();
    EXPECT_NE(what.find("waits for a cancellation token"), std::string::npos) << what;
  }
}

Async<int> holds(DropCounter::Token, Duration wait) {
  co_await sleep(wait);
  co_return 7;
}

ASYNC_TEST(RunUntilCancelled, GivesTheValueThatCameFirst) {
  DropCounter counter;
  CancellationToken token;
  auto run = token.run_until_cancelled(holds(counter.token(), 1s));
  const std::optional<int> value = co_await run;
  EXPECT_EQ(value, 7);
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(CancellationToken, OneThatWasMovedFromIsTheSameToken) {
  CancellationToken token;
  const CancellationToken moved(static_cast<CancellationToken&&>(token));
  EXPECT_FALSE(token.is_cancelled());
  token.cancel();
  EXPECT_TRUE(moved.is_cancelled());
  co_return;
}

Async<> cancel_after(CancellationToken token, Duration wait) {
  co_await sleep(wait);
  token.cancel();
}

ASYNC_TEST(RunUntilCancelled, IsEmptyAndDropsTheFutureWhenTheTokenCameFirst) {
  DropCounter counter;
  CancellationToken token;
  auto canceller = spawn(cancel_after(token, 1s));
  auto run = token.run_until_cancelled(holds(counter.token(), 1h));
  const std::optional<int> value = co_await run;
  EXPECT_FALSE(value);
  EXPECT_EQ(counter.live(), 0);
  co_await canceller;
}

ASYNC_TEST(RunUntilCancelled, LeavesABorrowedFutureWhereItStands) {
  CancellationToken token;
  auto canceller = spawn(cancel_after(token, 1s));
  auto clean_up = sleep(2s);
  const Instant start = Reactor::current().now();
  const auto done = co_await token.run_until_cancelled(clean_up);
  EXPECT_FALSE(done);
  co_await clean_up;  // what has to be finished is finished
  EXPECT_EQ(Reactor::current().now() - start, 2s);
  co_await canceller;
}

TEST(RunUntilCancelled, LeavesNoWaiterBehindOnceItHasGivenItsValue) {
  const CancellationToken token;
  CountingWaker waker;
  Context cx(waker.waker());
  auto run = token.run_until_cancelled(yield_now());
  EXPECT_TRUE(run.poll(cx).is_pending());
  EXPECT_EQ(waker.kept(), 1);
  EXPECT_TRUE(run.poll(cx).is_ready());
  EXPECT_EQ(waker.kept(), 0);
  const int wakes = waker.wakes();
  token.cancel();
  EXPECT_EQ(waker.wakes(), wakes);
}

ASYNC_TEST(RunUntilCancelled, BeginsNothingOnceTheTokenIsCancelled) {
  CancellationToken token;
  token.cancel();
  int polls = 0;
  auto counts = [&](Context&) -> Poll<int> { return ++polls; };
  for (int visitor = 0; visitor < 50; ++visitor) {  // all of them at the door already
    auto at_the_door = token.run_until_cancelled(poll_fn(counts));
    const auto arrival = co_await at_the_door;
    EXPECT_FALSE(arrival);
  }
  EXPECT_EQ(polls, 0) << "A loop over what is always ready would never hear of the cancel.";
  auto named = poll_fn(counts);
  const auto nothing = co_await token.run_until_cancelled(named);
  EXPECT_FALSE(nothing);
  const int later = co_await named;
  EXPECT_EQ(later, 1) << "It was borrowed, and not begun: it may be awaited.";
}

ASYNC_TEST(RunUntilCancelled, DoesNotThrowAwayWhatIsDone) {
  CancellationToken token;
  bool first = true;
  auto is_cancelled_meanwhile = [&](Context& cx) -> Poll<int> {
    if (!std::exchange(first, false)) return 7;
    token.cancel();
    cx.waker().wake_by_ref();
    return pending;
  };
  auto run = token.run_until_cancelled(poll_fn(is_cancelled_meanwhile));
  const auto gave_up = co_await run;
  EXPECT_FALSE(gave_up) << "Cancelled in its first poll, and pending: it is over.";

  CancellationToken other;
  int polls = 0;
  auto ready_at_the_second = [&](Context& cx) -> Poll<int> {
    if (++polls == 2) return 7;
    cx.waker().wake_by_ref();
    return pending;
  };
  test::CountingWaker waker;
  Context cx(waker.waker());
  auto late = other.run_until_cancelled(poll_fn(ready_at_the_second));
  EXPECT_TRUE(late.poll(cx).is_pending());
  other.cancel();
  EXPECT_EQ(late.poll(cx).value(), 7) << "Both are ready in this poll: the value is not lost.";
}

TEST(Cancelled, KeepsTheContract) {
  test::expect_contract(
      [] {
        CancellationToken token;
        return test::subject(token.cancelled(), [token] { token.cancel(); });
      },
      {.event_inside_poll = true});
}

TEST(Cancelled, KeepsTheContractWhenTheParentIsCancelled) {
  test::expect_contract(
      [] {
        CancellationToken token;
        return test::subject(token.child_token().cancelled(), [token] { token.cancel(); });
      },
      {.event_inside_poll = true});
}

TEST(Cancelled, KeepsTheContractWhenCancelledBefore) {
  test::expect_contract(
      [] {
        CancellationToken token;
        token.cancel();
        return test::subject(token.cancelled());
      },
      {.ready_at_once = true});
}

TEST(RunUntilCancelled, KeepsTheContractWhicheverComesFirst) {
  test::expect_contract(
      [] {
        CancellationToken token;
        return test::subject(token.run_until_cancelled(never<int>()), [token] { token.cancel(); });
      },
      {.event_inside_poll = true}, [](std::optional<int> value) { return !value; });
  test::expect_contract(
      [] {
        CancellationToken token;
        auto door = std::make_shared<Door>();
        return test::subject(token.run_until_cancelled(Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
        });
      },
      {}, [](std::optional<int> value) { return value == 7; });
}

}  // namespace cancellation_token_test
}  // namespace book
