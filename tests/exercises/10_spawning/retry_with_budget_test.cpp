#include "exercise/retry_with_budget.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"

namespace book {
namespace {

using namespace std::chrono_literals;

/// How each try goes: how long it takes, and whether it works in the end.
struct Try {
  Duration takes;
  bool works;
};

/// A server that is asked again and again.
struct World {
  std::vector<Try> plan;
  std::size_t asked = 0;
  int under_way = 0;
  int left_behind = 0;  ///< under way when retry_with_budget had ended
  int at_120_ms = 0;    ///< under way then
  std::chrono::milliseconds took{};

  struct Asking {
    explicit Asking(World& world) : world(world) { ++world.under_way; }
    Asking(const Asking&) = delete;
    ~Asking() { --world.under_way; }
    World& world;
  };

  Async<std::string> fetch() {
    const Asking asking(*this);
    const std::size_t number = asked++;
    const Try how = number < plan.size() ? plan[number] : plan.back();
    co_await sleep(how.takes);
    if (!how.works) throw std::runtime_error("try " + std::to_string(number + 1) + " failed");
    co_return "page of try " + std::to_string(number + 1);
  }

  static Async<> look_at_120_ms(World& world) {
    co_await sleep(120ms);
    world.at_120_ms = world.under_way;
  }

  std::string retry(exercise::Budget budget) {
    Executor executor({.time = TimeMode::virtual_time});
    const Instant start = executor.reactor().now();
    executor.spawn(look_at_120_ms(*this));
    auto look = [&] {
      left_behind = under_way;
      took = std::chrono::round<std::chrono::milliseconds>(executor.reactor().now() - start);
    };
    try {
      auto retrying = exercise::retry_with_budget([this] { return fetch(); }, budget);
      std::optional<std::string> page = executor.block_on(timeout(1min, std::move(retrying)));
      if (!page) {
        throw std::logic_error(
            "A minute has passed, and it still goes on. An OutOfTime that is thrown inside the try "
            "block is caught by the catch beneath: it is a std::exception too.");
      }
      look();
      return *page;
    } catch (...) {
      look();
      throw;
    }
  }
};

constexpr exercise::Budget kBudget{.each = 100ms, .pause = 50ms, .whole = 1s};

TEST(RetryWithBudget, TriesAgainAfterAFailure) {
  World world{.plan = {{30ms, false}, {40ms, true}}};
  try {
    EXPECT_EQ(world.retry(kBudget), "page of try 2");
  } catch (const std::runtime_error& error) {
    FAIL() << "The first try has failed, and with it everything: \"" << error.what()
           << "\". Catch it, and try again.";
  }
  EXPECT_EQ(world.took, 120ms) << "30 ms for the first try, a pause of 50, 40 for the second.";
}

TEST(RetryWithBudget, GivesUpATryThatTakesTooLong) {
  World world{.plan = {{700ms, true}, {40ms, true}}};
  try {
    EXPECT_EQ(world.retry(kBudget), "page of try 2")
        << "The first try would have taken 700 ms; each may take 100.";
  } catch (const exercise::OutOfTime&) {
    FAIL() << "One try was too slow, and that ended everything. It is a failure like any other: "
              "after a pause comes the next try.";
  }
  EXPECT_EQ(world.took, 190ms) << "100 ms for the first try, a pause of 50, 40 for the second.";
  EXPECT_EQ(world.at_120_ms, 0)
      << "The slow try was given up at 100 ms, and at 120, in the pause, it still holds what it "
         "had. A time-out drops what it owns; a named future it only borrows.";
  EXPECT_EQ(world.left_behind, 0) << "The slow try was left behind, and goes on. Who gives it up "
                                     "must drop it: to drop a handle "
                                     "only detaches its task.";
}

TEST(RetryWithBudget, LetsThroughWhatIsNoFailure) {
  // A program that throws an int means no failed try: an order to stop, for instance.
  int tries = 0;
  auto stops = [](int& count) -> Async<std::string> {
    ++count;
    throw 42;
    co_return "";
  };
  auto retrying = exercise::retry_with_budget([&] { return stops(tries); }, kBudget);
  Executor executor({.time = TimeMode::virtual_time});
  int thrown = 0;
  try {
    executor.block_on(timeout(1min, std::move(retrying)));
  } catch (int number) {
    thrown = number;
  } catch (const exercise::OutOfTime&) {
  }
  EXPECT_EQ(thrown, 42) << "The try threw an int, which is no std::exception, and it was tried "
                           "again. A failed try throws a std::exception: catch that, and let all "
                           "the rest through.";
  EXPECT_EQ(tries, 1);
}

TEST(RetryWithBudget, IsOutOfTimeInTheMidstOfATry) {
  World world{.plan = {{120ms, false}}};
  try {
    world.retry({.each = 150ms, .pause = 50ms, .whole = 400ms});
    ADD_FAILURE() << "nothing has worked";
  } catch (const exercise::OutOfTime&) {
  } catch (const std::runtime_error& error) {
    ADD_FAILURE() << "Out of time it throws OutOfTime, not \"" << error.what() << "\".";
  }
  EXPECT_EQ(world.took, 400ms)
      << "The third try began at 340 ms, and at 400 all was over. To look at the clock between the "
         "tries only is too late, or too early.";
}

TEST(RetryWithBudget, IsOutOfTimeInAPause) {
  World world{.plan = {{10ms, false}}};
  EXPECT_THROW(world.retry({.each = 100ms, .pause = 300ms, .whole = 400ms}), exercise::OutOfTime);
  EXPECT_EQ(world.took, 400ms)
      << "The second pause began at 320 ms. It was not cut short: the whole budget is for tries "
         "and pauses together.";
}

TEST(RetryWithBudget, LeavesNoTryBehind) {
  World world{.plan = {{10s, true}}};
  EXPECT_THROW(world.retry({.each = 1s, .pause = 50ms, .whole = 300ms}), exercise::OutOfTime);
  EXPECT_EQ(world.took, 300ms);
  EXPECT_EQ(world.left_behind, 0) << "A try goes on, and nobody waits for it.";
}

TEST(RetryWithBudget, CanBeDropped) {
  World world{.plan = {{80ms, true}}};
  {
    Executor executor({.time = TimeMode::virtual_time});
    executor.spawn(exercise::retry_with_budget([&] { return world.fetch(); }, kBudget));
    executor.block_on(sleep(30ms));
    EXPECT_EQ(world.under_way, 1);
  }
  EXPECT_EQ(world.under_way, 0) << "Dropped half way, it drops its try.";
}

}  // namespace
}  // namespace book
