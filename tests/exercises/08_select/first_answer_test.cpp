#include "exercise/first_answer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using Mirror = std::function<Async<std::string>()>;

/// The mirrors of one test: who was asked, and how many were under way together.
struct World {
  std::vector<std::string> asked{};
  int under_way = 0;
  int most_under_way = 0;
  std::chrono::milliseconds took{};

  struct Asking {
    explicit Asking(World& world) : world(world) {
      world.most_under_way = std::max(world.most_under_way, ++world.under_way);
    }
    Asking(const Asking&) = delete;
    ~Asking() { --world.under_way; }
    World& world;
  };

  Async<std::string> fetch(std::string name, Duration takes, bool works) {
    const Asking asking(*this);
    asked.push_back(name);
    co_await sleep(takes);
    if (!works) throw std::runtime_error(name + " failed");
    co_return name;
  }
  Mirror works(std::string name, Duration takes) {
    return [this, name, takes] { return fetch(name, takes, true); };
  }
  Mirror fails(std::string name, Duration takes) {
    return [this, name, takes] { return fetch(name, takes, false); };
  }

  std::string first_answer(std::vector<Mirror> mirrors, std::size_t at_most, Duration patience) {
    Executor executor({.time = TimeMode::virtual_time});
    const Instant start = executor.reactor().now();
    try {
      std::string answer =
          executor.block_on(exercise::first_answer(std::move(mirrors), at_most, patience));
      took = std::chrono::round<std::chrono::milliseconds>(executor.reactor().now() - start);
      return answer;
    } catch (...) {
      took = std::chrono::round<std::chrono::milliseconds>(executor.reactor().now() - start);
      throw;
    }
  }
};

TEST(FirstAnswer, IsOfTheQuickestOfThoseAsked) {
  World world;
  EXPECT_EQ(world.first_answer({world.works("slow", 80ms), world.works("quick", 20ms)}, 2, 1s),
            "quick")
      << "Ask two at a time: push both into a FuturesUnordered, and take what comes first.";
  EXPECT_EQ(world.took, 20ms);
  EXPECT_EQ(world.under_way, 0) << "The slow one was not dropped.";
}

TEST(FirstAnswer, AsksTheNextMirrorWhenOneFails) {
  World world;
  try {
    EXPECT_EQ(world.first_answer(
                  {world.fails("a", 10ms), world.works("b", 90ms), world.works("c", 30ms)}, 2, 1s),
              "c")
        << "a failed at 10 ms. From then on c is asked as well: as soon as one has failed, not "
           "when all of a batch have.";
  } catch (const std::runtime_error& error) {
    FAIL() << "One mirror has failed, and with it everything: \"" << error.what()
           << "\". Catch what comes out of the select, and go on with those that are left.";
  }
  EXPECT_EQ(world.took, 40ms)
      << "c takes 30 ms, and is asked when a fails, at 10 ms: two at a time "
         "were allowed.";
}

TEST(FirstAnswer, NeverAsksMoreThanItMay) {
  World world;
  EXPECT_EQ(
      world.first_answer({world.fails("a", 10ms), world.fails("b", 200ms), world.fails("c", 10ms),
                          world.works("d", 10ms), world.works("e", 10ms)},
                         2, 1s),
      "d");
  EXPECT_EQ(world.most_under_way, 2)
      << "two at a time were allowed, and so many were under way together";
  EXPECT_EQ(world.asked, (std::vector<std::string>{"a", "b", "c", "d"}))
      << "The mirrors are asked in order, and no more of them than it takes.";
}

TEST(FirstAnswer, ThrowsTheLastFailureWhenAllHaveFailed) {
  World world;
  try {
    (void)world.first_answer(
        {world.fails("a", 50ms), world.fails("b", 10ms), world.fails("c", 10ms)}, 2, 1s);
    FAIL() << "Every mirror has failed: so must first_answer.";
  } catch (const exercise::TimedOut&) {
    ASSERT_GT(world.took.count(), 50)
        << "All had failed at 50 ms, and there was time left: what is to come out "
           "is the last failure, not TimedOut.";
    FAIL() << "All had failed at 50 ms, and then only the alarm was waited for. empty() of the set "
              "tells at once that nobody is left; is_terminated() only once a poll has said so.";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "a failed") << "a was the last to fail, at 50 ms.";
  }
}

TEST(FirstAnswer, AFailureIsWhateverIsThrown) {
  World world;
  auto throws_a_number = []() -> Async<std::string> {
    co_await sleep(10ms);
    throw 42;
  };
  std::string answer;
  try {
    answer = world.first_answer({throws_a_number, world.works("b", 10ms)}, 1, 1s);
  } catch (int) {
  }
  EXPECT_EQ(answer, "b")
      << "The first mirror threw an int, and with it everything failed. Not all that is thrown "
         "is a std::exception: catch (...).";
}

TEST(FirstAnswer, LosesItsPatienceOnceForAll) {
  World world;
  std::vector<Mirror> mirrors;
  for (const char* name : {"a", "b", "c", "d"}) mirrors.push_back(world.fails(name, 40ms));
  try {
    (void)world.first_answer(std::move(mirrors), 1, 100ms);
    FAIL() << "nobody has answered";
  } catch (const exercise::TimedOut&) {
  } catch (const std::runtime_error& error) {
    ADD_FAILURE() << "It went on until \"" << error.what()
                  << "\". The patience is for all mirrors together: a sleep that is made in every "
                     "round begins anew in every round. Or did you throw TimedOut inside a try "
                     "block that catches it?";
  }
  EXPECT_EQ(world.took, 100ms);
  EXPECT_EQ(world.under_way, 0) << "The mirror under way was not dropped.";
}

TEST(FirstAnswer, AsksNoMoreMirrorsThanThereAre) {
  World world;
  std::vector<Mirror> mirrors(4);
  mirrors[0] = world.works("only", 10ms);
  mirrors.resize(1);  // who calls one behind the end finds an empty function
  try {
    EXPECT_EQ(world.first_answer(std::move(mirrors), 4, 1s), "only");
  } catch (const std::bad_function_call&) {
    FAIL() << "There was one mirror, four at a time were allowed, and one behind the end of the "
              "vector was called.";
  }
}

TEST(FirstAnswer, CanBeCancelled) {
  World world;
  {
    Executor executor({.time = TimeMode::virtual_time});
    std::vector<Mirror> mirrors{world.works("a", 80ms), world.works("b", 80ms)};
    executor.spawn(exercise::first_answer(std::move(mirrors), 2, 1s));
    executor.block_on(sleep(30ms));
  }
  EXPECT_EQ(world.under_way, 0) << "Dropped half way, it drops those it has asked.";
}

}  // namespace
}  // namespace book
