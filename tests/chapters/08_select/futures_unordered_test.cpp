// FuturesUnordered. (Chapter 08)
#include "08_select/futures_unordered.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "common/stream.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace futures_unordered_test {

using test::CountingWaker;
using test::Doors;
using test::Enter;

using Set = FuturesUnordered<Enter>;
static_assert(FusedStream<Set>);
static_assert(std::is_same_v<ItemOf<FuturesUnordered<Async<>>>, std::monostate>);
static_assert(std::is_nothrow_move_constructible_v<Set> && !std::is_copy_constructible_v<Set>);

class FuturesUnorderedTest : public testing::Test {
 protected:
  /// -1: pending. -2: the end.
  int poll(Set& set) {
    Context cx(task.waker());
    Poll<std::optional<int>> poll = set.poll_next(cx);
    if (poll.is_pending()) return -1;
    return poll.value().value_or(-2);
  }

  CountingWaker task;
};

TEST_F(FuturesUnorderedTest, ClearWakesWhoeverWaits) {
  Doors doors(1);
  Set set;
  set.push(doors.enter(0, 0));
  EXPECT_EQ(poll(set), -1);
  const int wakes = task.wakes();
  set.clear();
  EXPECT_GT(task.wakes(), wakes) << "nobody else would tell the waiting task that the set is empty";
  EXPECT_EQ(poll(set), -2);
}

TEST_F(FuturesUnorderedTest, DroppedItWakesNobody) {
  Doors doors(2);
  {
    Set set;
    set.push(doors.enter(0, 0));
    set.push(doors.enter(1, 1));
    EXPECT_EQ(poll(set), -1);
  }
  EXPECT_EQ(task.wakes(), 0) << "a task that drops a set is polled once more for nothing";
  EXPECT_EQ(task.kept(), 0);
}

TEST_F(FuturesUnorderedTest, AnotherSetInItsPlaceWakesWhoeverWaits) {
  Doors doors(1);
  Set set;
  set.push(doors.enter(0, 0));
  EXPECT_EQ(poll(set), -1);
  const int wakes = task.wakes();
  set = Set();
  EXPECT_GT(task.wakes(), wakes);
  EXPECT_EQ(poll(set), -2);
}

/// Pending forever. Its end calls `at_end`.
struct Parting {
  using Output = int;
  explicit Parting(std::function<void()> then) : at_end(std::move(then)) {}
  Parting(Parting&& other) noexcept : at_end(std::exchange(other.at_end, nullptr)) {}
  Parting& operator=(Parting&&) = delete;
  ~Parting() {
    if (at_end) at_end();
  }
  Poll<int> poll(Context&) { return pending; }
  std::function<void()> at_end;
};

TEST_F(FuturesUnorderedTest, AFutureThatPushesAsItGoesIsDroppedWithTheRest) {
  int pushed = 0;
  int dropped = 0;
  FuturesUnordered<Parting> set;
  for (int i = 0; i < 8; ++i) {  // more than one block of places
    set.push(Parting([&] {
      for (int more = 0; more < 20; ++more) {
        ++pushed;
        set.push(Parting([&] { ++dropped; }));
      }
    }));
  }
  set.clear();
  EXPECT_EQ(pushed, 160);
  EXPECT_EQ(dropped, pushed);
  EXPECT_TRUE(set.empty());
}

/// The move after which `left` is 0 throws.
struct Fragile {
  explicit Fragile(int moves) : left(moves) {}
  Fragile(Fragile&& other) : left(other.left - 1) {
    if (left == 0) throw std::runtime_error("a move");
  }
  Fragile& operator=(Fragile&&) = delete;
  ~Fragile() = default;
  int left;
};

struct GivesFragile {
  using Output = Fragile;
  GivesFragile(int moves, int& alive) : left(moves), count(&alive) { ++*count; }
  GivesFragile(GivesFragile&& other) noexcept : left(other.left), count(other.count) { ++*count; }
  GivesFragile& operator=(GivesFragile&&) = delete;
  ~GivesFragile() { --*count; }
  Poll<Fragile> poll(Context&) { return Poll<Fragile>::ready(left); }
  int left;
  int* count;
};

TEST_F(FuturesUnorderedTest, AnOutputThatThrowsAsItMovesDropsItsFutureOnce) {
  int thrown = 0;
  for (int moves = 1; moves < 6; ++moves) {
    int alive = 0;
    FuturesUnordered<GivesFragile> set;
    set.push(GivesFragile(moves, alive));
    Context cx(task.waker());
    try {
      (void)set.poll_next(cx);
    } catch (const std::runtime_error&) {
      ++thrown;
    }
    EXPECT_EQ(alive, 0) << "move " << moves;
    EXPECT_EQ(set.size(), 0U) << "move " << moves;
  }
  EXPECT_GT(thrown, 0);
}

TEST_F(FuturesUnorderedTest, YieldsInTheOrderOfTheEnds) {
  Doors doors(3);
  Set set;
  for (int i = 0; i < 3; ++i) set.push(doors.enter(static_cast<std::size_t>(i), i));
  EXPECT_EQ(poll(set), -1);
  doors.open(2);
  doors.open(0);
  EXPECT_EQ(poll(set), 2);
  EXPECT_EQ(poll(set), 0);
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(poll(set), -1);
  doors.open(1);
  EXPECT_EQ(poll(set), 1);
  EXPECT_FALSE(set.is_terminated());
  EXPECT_EQ(poll(set), -2);
  EXPECT_TRUE(set.is_terminated());
}

TEST_F(FuturesUnorderedTest, AnEmptyOneEndsAtOnceAndBeginsAnewWithAPush) {
  Doors doors(1);
  Set set;
  EXPECT_FALSE(set.is_terminated()) << "nobody has asked yet";
  EXPECT_EQ(poll(set), -2);
  EXPECT_TRUE(set.is_terminated());
  set.push(doors.enter(0, 5));
  EXPECT_FALSE(set.is_terminated());
  doors.open(0);
  EXPECT_EQ(poll(set), 5);
}

TEST_F(FuturesUnorderedTest, DropsAFutureAsSoonAsItHasEnded) {
  Doors doors(2);
  Set set;
  set.push(doors.enter(0, 0));
  set.push(doors.enter(1, 1));
  doors.open(0);
  EXPECT_EQ(poll(set), 0);
  EXPECT_EQ(doors.alive(0), 0);
  EXPECT_EQ(doors.alive(1), 1);
}

TEST_F(FuturesUnorderedTest, APushWakesWhoeverWaitsForTheSet) {
  Doors doors(2);
  Set set;
  set.push(doors.enter(0, 0));
  EXPECT_EQ(poll(set), -1);
  set.push(doors.enter(1, 1));
  EXPECT_EQ(task.wakes(), 1);
  doors.open(1);
  EXPECT_EQ(poll(set), 1);
}

TEST_F(FuturesUnorderedTest, AFutureMayBeReadyBeforeItIsPushed) {
  Doors doors(1);
  doors.open(0);
  Set set;
  set.push(doors.enter(0, 4));
  EXPECT_EQ(poll(set), 4);
  EXPECT_EQ(doors.polls(0), 1);
}

TEST_F(FuturesUnorderedTest, AFutureMayPushOthersWhileItIsPolled) {
  FuturesUnordered<Async<int>> set;
  std::function<Async<int>(int)> countdown = [&](int left) -> Async<int> {
    if (left > 0) {
      for (int i = 0; i < 7; ++i) set.push(countdown(left - 1));  // makes the set grow
    }
    co_await yield_now();
    co_return left;
  };
  set.push(countdown(3));
  auto sum = [&]() -> Async<int> {
    int count = 0;
    for (;;) {
      auto item = co_await next(set);
      if (!item) break;
      ++count;
    }
    co_return count;
  };
  EXPECT_EQ(block_on(sum()), 1 + 7 + 49 + 343);
}

TEST_F(FuturesUnorderedTest, AnExceptionComesOutAndTheOthersGoOn) {
  Doors doors(2);
  Set set;
  set.push(doors.enter(0, 0));
  set.push(doors.enter(1, 1));
  doors.spoil(0);
  doors.open(0);
  EXPECT_THROW((void)poll(set), std::runtime_error);
  EXPECT_EQ(set.size(), 1U);
  EXPECT_EQ(doors.alive(0), 0);
  doors.open(1);
  EXPECT_EQ(poll(set), 1);
}

TEST_F(FuturesUnorderedTest, MayBeMovedWhileItsFuturesWait) {
  Doors doors(1);
  Set first;
  first.push(doors.enter(0, 3));
  EXPECT_EQ(poll(first), -1);
  Set second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): a moved-from set is an empty one
  doors.open(0);
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(poll(second), 3);
}

TEST_F(FuturesUnorderedTest, AssigningDropsWhatWasThere) {
  Doors doors(2);
  Set set;
  set.push(doors.enter(0, 0));
  EXPECT_EQ(poll(set), -1);
  Set other;
  other.push(doors.enter(1, 1));
  set = std::move(other);
  EXPECT_EQ(doors.alive(0), 0);
  EXPECT_EQ(doors.alive(1), 1);
}

TEST_F(FuturesUnorderedTest, DroppedAtAnyMomentItDropsEverything) {
  for (std::size_t opened = 0; opened <= 6; ++opened) {
    Doors doors(6);
    CountingWaker waker;
    {
      Set set;
      for (std::size_t i = 0; i < doors.size(); ++i) set.push(doors.enter(i, 0));
      for (std::size_t i = 0; i < opened; ++i) {
        Context cx(waker.waker());
        (void)set.poll_next(cx);
        doors.open(i);
      }
    }
    EXPECT_EQ(doors.alive(), 0) << opened;
    EXPECT_EQ(waker.kept(), 0) << opened;
  }
}

TEST_F(FuturesUnorderedTest, ALateWakeFindsANewTenantAndHarmsNobody) {
  Waker stale;
  FuturesUnordered<PollFn<std::function<Poll<int>(Context&)>>> set;
  set.push(poll_fn(std::function<Poll<int>(Context&)>([&](Context& cx) -> Poll<int> {
    stale = cx.waker();
    return 1;
  })));
  Context cx(task.waker());
  EXPECT_EQ(set.poll_next(cx).value(), 1);
  int polls = 0;
  set.push(poll_fn(std::function<Poll<int>(Context&)>([&](Context& inner) -> Poll<int> {
    polls += 1;
    inner.waits_for("nothing");
    return pending;
  })));
  EXPECT_TRUE(set.poll_next(cx).is_pending());
  stale.wake_by_ref();
  EXPECT_TRUE(set.poll_next(cx).is_pending());
  EXPECT_EQ(polls, 2);
}

TEST_F(FuturesUnorderedTest, PollsAHundredThousandOnceEachAndOnceMoreWhenWoken) {
  constexpr std::size_t kMany = 100'000;
  Doors doors(kMany);
  Set set;
  for (std::size_t i = 0; i < kMany; ++i) set.push(doors.enter(i, static_cast<int>(i)));
  EXPECT_EQ(poll(set), -1);
  std::vector<std::size_t> order(kMany);
  for (std::size_t i = 0; i < kMany; ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), std::mt19937(5));
  for (std::size_t index : order) {
    doors.open(index);
    ASSERT_EQ(poll(set), static_cast<int>(index));
    ASSERT_EQ(doors.polls(index), 2);
  }
  EXPECT_EQ(poll(set), -2);
}

TEST_F(FuturesUnorderedTest, UsesItsPlacesAgain) {
  Doors doors(1);
  doors.open(0);
  Set set;
  set.push(doors.enter(0, 0));
  EXPECT_EQ(poll(set), 0);
  for (int i = 0; i < 100'000; ++i) {  // a leak of places would be seen as memory, by the sanitizer
    set.push(doors.enter(0, i));
    ASSERT_EQ(poll(set), i);
  }
}

TEST(FuturesUnordered, NextOfItKeepsTheContract) {
  struct Owner {  // a future that owns its set, as a coroutine would
    using Output = std::optional<int>;
    std::shared_ptr<Set> set;
    Next<Set&> item;
    explicit Owner(std::shared_ptr<Set> held) : set(std::move(held)), item(next(*set)) {}
    Poll<Output> poll(Context& cx) { return item.poll(cx); }
  };
  test::expect_contract(
      [] {
        Doors doors(3);
        auto set = std::make_shared<Set>();
        for (int i = 0; i < 3; ++i) set->push(doors.enter(static_cast<std::size_t>(i), i));
        return test::subject(Owner(set), [doors] { doors.open(1); });
      },
      {}, [](std::optional<int> item) { return item == 1; });
}

}  // namespace futures_unordered_test
}  // namespace book
