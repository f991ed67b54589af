// timeout and timeout_at: who wins, what is dropped and when, owned and borrowed.
#include "10_spawning/timeout.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "02_timer_future/now.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/try_timeout.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace timeout_test {

using namespace std::chrono_literals;
using test::Door;
using test::DropCounter;
using test::Enter;

Async<int> slow(Duration wait, int value) {
  co_await sleep(wait);
  co_return value;
}

Async<int> holds(DropCounter::Token, Duration wait) {
  co_await sleep(wait);
  co_return 7;
}

ASYNC_TEST(Timeout, GivesTheValueThatCameInTime) {
  const Instant start = now();
  const std::optional<int> value = co_await timeout(2s, slow(1s, 7));
  EXPECT_EQ(value, 7);
  EXPECT_EQ(now() - start, 1s);
}

ASYNC_TEST(Timeout, IsEmptyWhenTheTimeCameFirst) {
  const Instant start = now();
  const std::optional<int> value = co_await timeout(1s, slow(1h, 7));
  EXPECT_FALSE(value);
  EXPECT_EQ(now() - start, 1s);
}

ASYNC_TEST(Timeout, OfVoidIsAnOptionalMonostate) {
  const std::optional<std::monostate> in_time = co_await timeout(2s, sleep(1s));
  const std::optional<std::monostate> too_late = co_await timeout(1s, sleep(2s));
  EXPECT_TRUE(in_time);
  EXPECT_FALSE(too_late);
}

ASYNC_TEST(Timeout, GivesAMoveOnlyValue) {
  const auto value = co_await timeout(0s, ready(std::make_unique<int>(7)));
  EXPECT_TRUE(value && **value == 7);
}

ASYNC_TEST(Timeout, KeepsAnEmptyValueApartFromATimeout) {
  const auto value = co_await timeout(1s, ready(std::optional<int>()));
  EXPECT_TRUE(value.has_value());
}

ASYNC_TEST(Timeout, AFutureThatIsReadyWinsOverADeadlineThatHasPassed) {
  const auto value = co_await timeout(0s, ready(7));
  EXPECT_EQ(value, 7);
  const auto negative = co_await timeout(-1h, ready(7));
  EXPECT_EQ(negative, 7);
  auto both = timeout(1s, slow(1s, 7));
  co_await sleep(2s);
  const auto late_but_ready_at_the_same_poll = co_await both;
  EXPECT_FALSE(late_but_ready_at_the_same_poll) << "slow() starts at its first poll";
  auto running = slow(1s, 7);
  const auto not_yet = co_await timeout(0s, running);
  EXPECT_FALSE(not_yet);
  co_await sleep(1s);
  const auto done = co_await timeout(0s, running);
  EXPECT_EQ(done, 7);
}

ASYNC_TEST(Timeout, DropsTheFutureBeforeTheResultIsSeen) {
  DropCounter counter;
  auto limited = timeout(1s, holds(counter.token(), 1h));
  const auto value = co_await limited;
  EXPECT_FALSE(value);
  EXPECT_EQ(counter.live(), 0) << "`limited` is still there; its future is not to be";
}

ASYNC_TEST(Timeout, LeavesABorrowedFutureWhereItStands) {
  auto answer = slow(3s, 7);
  const auto early = co_await timeout(2s, answer);
  EXPECT_FALSE(early);
  const Instant again = now();
  const auto late = co_await timeout(2s, answer);
  EXPECT_EQ(late, 7);
  EXPECT_EQ(now() - again, 1s) << "it goes on, it does not begin anew";
}

ASYNC_TEST(Timeout, LeavesNoTimerBehindOnceItHasGivenItsValue) {
  auto limited = timeout(1h, slow(1s, 7));
  const auto value = co_await limited;
  EXPECT_EQ(value, 7);
  EXPECT_EQ(Reactor::current().waiting().timers, 0) << "`limited` is still here, its timer is not";
}

ASYNC_TEST(Timeout, RunsFromTheCallNotFromTheAwait) {
  const Instant start = now();
  auto limited = timeout(2s, never<int>());
  co_await sleep(1s);
  (void)co_await limited;
  EXPECT_EQ(now() - start, 2s);
}

ASYNC_TEST(Timeout, ThrowsWhatTheFutureThrows) {
  auto fails = []() -> Async<int> {
    co_await sleep(1ms);
    throw std::runtime_error("no luck");
  };
  std::string what;
  try {
    (void)co_await timeout(1s, fails());
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "no luck");
}

ASYNC_TEST(TimeoutAt, GivesUpAtThatMoment) {
  const Instant deadline = now() + 5s;
  const auto first = co_await timeout_at(deadline, sleep(3s));
  const auto second = co_await timeout_at(deadline, sleep(3s));
  EXPECT_TRUE(first);
  EXPECT_FALSE(second);
  EXPECT_EQ(now(), deadline);
}

TEST(Timeout, OutsideOfATaskRunsFromTheFirstPoll) {
  auto limited = timeout(1s, never<int>());
  EXPECT_FALSE(block_on(limited, {.time = TimeMode::virtual_time, .seed = {}}));
}

/// A reactor in virtual time, and what makes all its timers fire.
struct Time {
  Reactor reactor{TimeMode::virtual_time};
  Reactor::Scope scope{reactor};
  void pass() {
    if (!reactor.waiting().nothing()) reactor.wait();
  }
  test::ContractOptions options(test::ContractOptions options = {}) {
    options.untouched = [this] { return reactor.waiting().nothing(); };
    return options;
  }
};

TEST(Timeout, KeepsTheContractWhenTheFutureWins) {
  Time time;
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(timeout(1h, Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
        });
      },
      time.options(), [](std::optional<int> value) { return value == 7; });
}

TEST(Timeout, KeepsTheContractWhenTheTimeWins) {
  Time time;
  test::expect_contract(
      [&] { return test::subject(timeout(10ms, never<int>()), [&] { time.pass(); }); },
      time.options(), [](std::optional<int> value) { return !value; });
}

TEST(Timeout, KeepsTheContractWhenTheFutureThrows) {
  Time time;
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        door->fails = true;
        return test::subject(timeout(1h, Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
        });
      },
      time.options({.throws = true}));
}

TEST(Timeout, KeepsTheContractWhenReadyAtOnce) {
  Time time;
  test::expect_contract([] { return test::subject(timeout(1h, ready(7))); },
                        time.options({.ready_at_once = true}));
  test::expect_contract([] { return test::subject(timeout(0s, never<int>())); },
                        time.options({.ready_at_once = true}));
}

Async<std::optional<int>> perhaps(Duration wait, std::optional<int> value) {
  co_await sleep(wait);
  co_return value;
}

ASYNC_TEST(TryTimeout, GivesWhatTheFutureGives) {
  const std::optional<int> value = co_await try_timeout(2s, perhaps(1s, 7));
  EXPECT_EQ(value, 7);
  const std::optional<int> the_end = co_await try_timeout(2s, perhaps(1s, std::nullopt));
  EXPECT_EQ(the_end, std::nullopt);
  co_await try_timeout(2s, sleep(1s));  // of void: nothing
}

ASYNC_TEST(TryTimeout, ThrowsWhenTheTimeWasUpAndDropsTheFutureFirst) {
  DropCounter counter;
  const Instant start = book::now();
  bool late = false;
  try {
    co_await try_timeout(1s, holds(counter.token(), 1h));
  } catch (const TimedOut&) {
    late = true;
    EXPECT_EQ(counter.live(), 0);
  }
  EXPECT_TRUE(late);
  EXPECT_EQ(book::now() - start, 1s);
}

ASYNC_TEST(TryTimeout, LeavesABorrowedFutureWhereItStands) {
  auto named = perhaps(2s, 7);
  bool late = false;
  try {
    co_await try_timeout(1s, named);
  } catch (const TimedOut&) {
    late = true;
  }
  EXPECT_TRUE(late);
  const std::optional<int> value = co_await named;
  EXPECT_EQ(value, 7);
}

TEST(TryTimeout, KeepsTheContract) {
  Time time;
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(try_timeout(1h, Enter(door, 7)), [=] {
          door->open = true;
          std::exchange(door->waiter, Waker()).wake();
        });
      },
      time.options(), [](int value) { return value == 7; });
  test::expect_contract(
      [&] { return test::subject(try_timeout(10ms, never<int>()), [&] { time.pass(); }); },
      time.options({.throws = true}));
}

TEST(Now, NeedsAnExecutor) { EXPECT_THROW((void)book::now(), std::logic_error); }

}  // namespace timeout_test
}  // namespace book
