#include "exercise/supervisor.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "05_async_await/simple_futures.h"
#include "10_spawning/timeout.h"
#include "common/reactor/reactor.h"
#include "support/async_test.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using Child = std::function<Async<>()>;

/// The children of one test, and what became of their runs. Each run keeps it: some outlive a test.
struct World : std::enable_shared_from_this<World> {
  Instant start = Reactor::current().now();
  std::map<std::string, int> runs{};
  std::set<std::string> ended_well{};
  int under_way = 0;
  int started_in_vain = 0;

  struct Run {
    explicit Run(World& world) : world(world) { ++world.under_way; }
    Run(const Run&) = delete;
    ~Run() { --world.under_way; }
    World& world;
  };

  static Async<> run(std::shared_ptr<World> world, std::string name, Duration takes, int failures) {
    // Else who starts them anew forever would hear nothing but the watchdog.
    if (world->ended_well.contains(name)) {
      const std::string what = fmt::format(
          "Child {} had ended well, and was started anew. A run that ends without an exception is "
          "the last one.",
          name);
      if (++world->started_in_vain > 20) {  // and the exception is caught, again and again
        ADD_FAILURE() << what;
        co_await never<>();
      }
      throw std::logic_error(what);
    }
    const Run running(*world);
    const int number = ++world->runs[name];
    co_await sleep(takes);
    if (number <= failures) throw std::runtime_error(fmt::format("{}, run {}", name, number));
    world->ended_well.insert(name);
  }
  /// Ends well after it has thrown `failures` times.
  Child child(const std::string& name, Duration takes, int failures = 0) {
    return [self = shared_from_this(), name, takes, failures] {
      return run(self, name, takes, failures);
    };
  }
  std::chrono::milliseconds now() const {
    return std::chrono::round<std::chrono::milliseconds>(Reactor::current().now() - start);
  }
};

constexpr const char* kStillThere =
    "A child is still there. To drop a JoinHandle detaches its task; a JoinSet that goes only asks "
    "its tasks to end, and they do so at their next turn. What lives in a task_scope goes with it.";

ASYNC_TEST(Supervisor, RunsItsChildrenSideBySide) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("a", 50ms), world->child("b", 80ms)};
  co_await exercise::supervise(children, 0);
  EXPECT_EQ(world->now(), 80ms)
      << "One child takes 50 ms, the other 80, and they run side by side. A coroutine that awaits "
         "them in a loop runs one after the other: spawn them in a task_scope.";
}

ASYNC_TEST(Supervisor, StartsAnewWhoThrows) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("a", 30ms, 2), world->child("b", 40ms)};
  std::string heard;
  try {
    co_await exercise::supervise(children, 2);
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  EXPECT_EQ(heard, "") << "Child a throws twice, and two restarts were allowed: its third run "
                          "would have ended well. A run is not a restart: the first is none. And "
                          "what leaves a child of a task_scope ends the scope: catch it inside the "
                          "child, not at its handle.";
  EXPECT_EQ(world->runs["a"], 3) << "Who throws is started anew.";
  EXPECT_EQ(world->runs["b"], 1) << "Child b has thrown nothing: it is not started anew "
                                    "because another has.";
}

ASYNC_TEST(Supervisor, CountsTheRestartsOfEachChild) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("a", 30ms, 2), world->child("b", 40ms, 2)};
  std::string heard;
  try {
    co_await exercise::supervise(children, 2);
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  EXPECT_EQ(heard, "") << "Each child has thrown twice, and each may be started anew twice: the "
                          "restarts are counted for each child by itself.";
  EXPECT_EQ(world->runs["a"] + world->runs["b"], 6);
}

ASYNC_TEST(Supervisor, GivesUpWithTheExceptionOfTheChild) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("b", 500ms), world->child("a", 30ms, 9)};
  std::string heard;
  try {
    co_await exercise::supervise(children, 2);
  } catch (const std::runtime_error& error) {
    heard = error.what();
  }
  EXPECT_EQ(heard, "a, run 3") << "After two restarts the third exception comes out.";
  EXPECT_EQ(world->now(), 90ms)
      << "With its third exception, at 90 ms, child a gives up, and supervise with it. A "
         "task_scope "
         "ends with the first exception; a join, or a loop over handles, goes on waiting for the "
         "others.";
}

ASYNC_TEST(Supervisor, DropsTheOthersWhenOneGivesUp) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("a", 30ms, 9), world->child("b", 500ms)};
  try {
    co_await exercise::supervise(children, 2);
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(world->under_way, 0) << kStillThere;
}

ASYNC_TEST(Supervisor, TakesItsChildrenAlongWhenItIsDropped) {
  const auto world = std::make_shared<World>();
  const std::vector<Child> children{world->child("a", 50ms), world->child("b", 80ms)};
  auto hurried = timeout(20ms, exercise::supervise(children, 2));
  co_await hurried;
  EXPECT_EQ(world->under_way, 0) << kStillThere;
}

ASYNC_TEST(Supervisor, StartsAnewWhateverWasThrown) {
  int runs = 0;
  auto throws_an_int = [](int& count) -> Async<> {
    co_await sleep(10ms);
    if (++count == 1) throw 42;
  };
  const std::vector<Child> children{[&] { return throws_an_int(runs); }};
  bool came_out = false;
  try {
    auto limited = timeout(1s, exercise::supervise(children, 1));
    co_await limited;
  } catch (int) {
    came_out = true;
  }
  EXPECT_FALSE(came_out) << "The child threw an int, and was not started anew. Not all that is "
                            "thrown is a std::exception: catch (...).";
  EXPECT_EQ(runs, 2);
}

}  // namespace
}  // namespace book
