// OnceCell: made once, by one of those who ask. (Chapter 12)
#include "12_sync/once_cell.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "deadlock_of.h"
#include "support/async_test.h"
#include "support/drop_counter.h"
#include "support/hand.h"

namespace book {
namespace once_cell_test {

using namespace std::chrono_literals;
using test::deadlock_of;
using test::Hand;
using test::says;

TEST(OnceCell, IsEmptyAndThenHasItsValueForEver) {
  OnceCell<std::string> cell;
  const Hand hand;
  EXPECT_EQ(cell.get(), nullptr);
  auto first = cell.get_or_init([] { return ready(std::string("a")); });
  EXPECT_EQ(cell.get(), nullptr) << "a future that is not polled does nothing";
  const std::string* made = hand.poll(first).value();
  EXPECT_EQ(*made, "a");
  EXPECT_EQ(cell.get(), made);
  auto second = cell.get_or_init([] { return ready(std::string("b")); });
  EXPECT_EQ(hand.poll(second).value(), made);
  EXPECT_EQ(hand.waker.clones(), 0);
}

TEST(OnceCell, IsSetOnce) {
  OnceCell<std::unique_ptr<int>> cell;
  EXPECT_TRUE(cell.set(std::make_unique<int>(1)));
  auto late = std::make_unique<int>(2);
  EXPECT_FALSE(cell.set(std::move(late)));
  EXPECT_TRUE(late) << "it was left where it was";
  EXPECT_EQ(**cell.get(), 1);
}

Async<int> slowly(int value, int& made) {
  co_await sleep(10ms);
  ++made;
  co_return value;
}
Async<> asks(OnceCell<int>& cell, int value, int& made, std::vector<int>& answers) {
  auto init = [value, &made] { return slowly(value, made); };
  const int* answer = co_await cell.get_or_init(std::move(init));
  answers.push_back(*answer);
}
ASYNC_TEST(OnceCell, IsMadeOnceForAllWhoAskAtTheSameTime) {
  OnceCell<int> cell;
  int made = 0;
  std::vector<int> answers;
  std::vector<JoinHandle<void>> tasks;
  for (int i = 1; i <= 3; ++i) tasks.push_back(spawn(asks(cell, i, made, answers)));
  for (JoinHandle<void>& task : tasks) co_await task;
  EXPECT_EQ(made, 1);
  EXPECT_EQ(answers, (std::vector{1, 1, 1}));
}

TEST(OnceCell, CannotBeSetWhileItIsBeingMade) {
  OnceCell<int> cell;
  const Hand hand;
  std::optional making(cell.get_or_init([] { return never<int>(); }));
  EXPECT_TRUE(hand.is_pending(*making));
  EXPECT_FALSE(cell.set(7));
  making.reset();
  EXPECT_TRUE(cell.set(7));
}

TEST(OnceCell, IsMadeByTheNextWhenAnInitialiserFails) {
  OnceCell<int> cell;
  const Hand a, b, c;
  bool fails = false;
  auto first = cell.get_or_init([&] {
    return poll_fn([&](Context&) -> Poll<int> {
      if (fails) throw std::runtime_error("no");
      return pending;
    });
  });
  auto second = cell.get_or_init([] { return ready(2); });
  auto third = cell.get_or_init([] { return ready(3); });
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(c.is_pending(third));
  fails = true;
  EXPECT_THROW((void)a.poll(first), std::runtime_error) << "the exception is for its own task";
  EXPECT_EQ(cell.get(), nullptr);
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_EQ(c.wakes(), 0);
  EXPECT_EQ(*b.poll(second).value(), 2);
  EXPECT_EQ(c.wakes(), 1);
  EXPECT_EQ(*c.poll(third).value(), 2);
}

TEST(OnceCell, SurvivesAnInitialiserThatThrowsBeforeItHasAFuture) {
  OnceCell<int> cell;
  const Hand hand;
  auto throws = cell.get_or_init([]() -> Async<int> { throw std::runtime_error("no"); });
  EXPECT_THROW((void)hand.poll(throws), std::runtime_error);
  auto next = cell.get_or_init([] { return ready(2); });
  EXPECT_EQ(*hand.poll(next).value(), 2);
}

/// Throws when it is moved into its place.
struct Brittle {
  explicit Brittle(int n) : number(n) {}
  Brittle(Brittle&& other) : number(other.number) {
    if (number < 0) throw std::runtime_error("it broke");
  }
  int number;
};
TEST(OnceCell, SurvivesAValueThatCannotBeMoved) {
  OnceCell<Brittle> cell;
  const Hand hand;
  EXPECT_THROW(cell.set(Brittle(-1)), std::runtime_error);
  auto breaks = cell.get_or_init([] { return ready(-1); });
  EXPECT_TRUE(hand.is_ready(breaks)) << "made in its place, it is not moved";
  EXPECT_EQ(cell.get()->number, -1);
  OnceCell<Brittle> other;
  auto fails = other.get_or_init([] {
    return poll_fn([](Context&) { return Poll<int>(-1); }) | map([](int n) { return Brittle(n); });
  });
  EXPECT_THROW((void)hand.poll(fails), std::runtime_error);
  EXPECT_EQ(other.get(), nullptr);
  EXPECT_TRUE(other.set(Brittle(2)));
}

TEST(OnceCell, TellsAllHoweverManyTheyAreAndNoneThatHasTheValueAlready) {
  constexpr std::size_t kTasks = 2 * WakerBatch::kRoom + 3;
  auto cell = std::make_unique<OnceCell<int>>();
  auto init = [] { return ready(7); };
  const Hand maker;
  std::optional making(cell->get_or_init([] { return never<int>(); }));
  EXPECT_TRUE(maker.is_pending(*making));
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<std::optional<GetOrInit<int, decltype(init)>>> waiting(kTasks);
  const auto poll_the_last = [&] { EXPECT_EQ(*hands.back()->poll(*waiting.back()).value(), 7); };
  for (auto& each : waiting) {
    each.emplace(cell->get_or_init(init));
    hands.push_back(std::make_unique<Hand>());
    if (hands.size() == 2) hands.back()->waker.on_wake(poll_the_last);
    EXPECT_TRUE(hands.back()->is_pending(*each));
  }
  making.reset();  // the first makes it now, and tells the others
  for (std::size_t i = 0; i + 1 < kTasks; ++i) {
    EXPECT_EQ(hands[i]->wakes(), 1);
    EXPECT_EQ(*hands[i]->poll(*waiting[i]).value(), 7);
  }
  EXPECT_EQ(hands.back()->wakes(), 0);
  EXPECT_EQ(hands.back()->waker.kept(), 0);
  cell.reset();  // all of them have finished, and have no more to do with it
}

TEST(OnceCell, DropsItsValueWithItself) {
  const test::DropCounter drops;
  {
    OnceCell<test::DropCounter::Token> cell;
    EXPECT_TRUE(cell.set(drops.token()));
    EXPECT_EQ(drops.live(), 1);
  }
  EXPECT_EQ(drops.live(), 0);
}

TEST(OnceCell, IsNamedInADeadlockWithTheLineOfItsInitialiser) {
  OnceCell<int> cell;
  int line = 0;
  auto makes = [](OnceCell<int>& c, int& made_in) -> Async<> {
    made_in = __LINE__ + 1;
    auto making = c.get_or_init([] { return never<int>(); });
    co_await making;
  };
  auto waits = [makes](OnceCell<int>& c, int& made_in) -> Async<> {
    spawn_detached(makes(c, made_in));
    co_await yield_now();
    auto asking = c.get_or_init([] { return ready(2); });
    co_await asking;
  };
  const std::string text = deadlock_of(waits(cell, line));
  EXPECT_TRUE(says(text, "waits for the value of an OnceCell, which is being made in line " +
                             std::to_string(line)))
      << text;
}

TEST(OnceCellDeathTest, EndsTheProgramWhenItIsDestroyedInUse) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto cell = std::make_unique<OnceCell<int>>();
        const Hand hand;
        auto making = cell->get_or_init([] { return never<int>(); }, 42);
        (void)hand.poll(making);
        cell.reset();
      },
      "an OnceCell was destroyed in use: it was taken in line 42");
  EXPECT_DEATH(
      {
        auto cell = std::make_unique<OnceCell<int>>();
        const Hand hand;
        std::optional making(cell->get_or_init([] { return never<int>(); }));
        (void)hand.poll(*making);
        auto makes = cell->get_or_init([] { return ready(7); });
        auto waits = cell->get_or_init([] { return ready(8); }, 43);
        (void)hand.poll(makes);
        (void)hand.poll(waits);
        making.reset();
        (void)hand.poll(makes);  // which wakes the other
        cell.reset();
      },
      "an OnceCell was destroyed in use: a task waits for it since line 43");
}

}  // namespace once_cell_test
}  // namespace book
