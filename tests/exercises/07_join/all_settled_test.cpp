#include "exercise/all_settled.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace {

using namespace std::chrono_literals;

/// Waits, and then gives `value`; a negative one is thrown.
Async<int> after(Duration wait, int value) {
  co_await sleep(wait);
  if (value < 0) throw std::runtime_error("failure " + std::to_string(value));
  co_return value;
}

/// "10, failure -2, 30"
std::string text_of(const std::vector<exercise::Settled<int>>& settled) {
  std::string text;
  for (const exercise::Settled<int>& one : settled) {
    if (!text.empty()) text += ", ";
    if (one.index() == 0) {
      text += std::to_string(std::get<0>(one));
      continue;
    }
    if (!std::get<1>(one)) {
      text += "no exception";
      continue;
    }
    try {
      std::rethrow_exception(std::get<1>(one));
    } catch (const std::runtime_error& error) {
      text += error.what();
    } catch (...) {
      text += "another exception";
    }
  }
  return text;
}

/// How it ends, in virtual time, and how long that takes.
struct Settling {
  std::string text;
  Duration took{};

  explicit Settling(std::vector<Async<int>> futures) {
    Executor executor({.time = TimeMode::virtual_time});
    const Instant start = executor.reactor().now();
    try {
      text = text_of(executor.block_on(exercise::all_settled(std::move(futures))));
    } catch (const std::runtime_error& error) {
      text = std::string(error.what()) +
             " came out of all_settled. It never throws: catch each exception where it comes up, "
             "around one future.";
    }
    took = executor.reactor().now() - start;
  }
};

std::vector<Async<int>> all_well() {
  std::vector<Async<int>> futures;
  futures.push_back(after(300ms, 10));
  futures.push_back(after(100ms, 20));
  futures.push_back(after(200ms, 30));
  return futures;
}

std::vector<Async<int>> one_fails() {
  std::vector<Async<int>> futures;
  futures.push_back(after(300ms, 10));
  futures.push_back(after(100ms, -2));
  futures.push_back(after(200ms, 30));
  return futures;
}

TEST(AllSettled, GivesTheValuesInTheOrderOfTheFutures) {
  EXPECT_EQ(Settling(all_well()).text, "10, 20, 30");
  EXPECT_EQ(Settling(std::vector<Async<int>>()).text, "");
}

TEST(AllSettled, TakesAsLongAsTheSlowest) {
  EXPECT_EQ(Settling(all_well()).took / 1ms, 300)
      << "Your futures run one after the other. Collect them in a vector first, and await a "
         "join_all of it once.";
}

TEST(AllSettled, KeepsAnExceptionInItsPlace) {
  const Settling run(one_fails());
  EXPECT_EQ(run.text.find("came out of all_settled"), std::string::npos) << run.text;
  EXPECT_EQ(run.text.find("no exception"), std::string::npos)
      << "The second one failed, and in its place is an empty exception_ptr: "
         "std::current_exception() gives one "
         "only inside the catch block.";
  EXPECT_TRUE(run.text.starts_with("10, ") && run.text.ends_with(", 30") &&
              run.text.size() > std::string("10, , 30").size())
      << "Only the second of the three failed. The other two went well, and every future has its "
         "place: failed or not.";
  EXPECT_EQ(run.text, "10, failure -2, 30")
      << "The exception in the second place is to be the one that the future threw, not a new one.";
  EXPECT_EQ(run.took / 1ms, 300) << "An exception is no reason to stop waiting for the others.";
}

TEST(AllSettled, LosesNoSecondException) {
  std::vector<Async<int>> futures;
  futures.push_back(after(300ms, -1));
  futures.push_back(after(100ms, -2));
  EXPECT_EQ(Settling(std::move(futures)).text, "failure -1, failure -2");
}

Async<int> throws_a_number() {
  co_await sleep(10ms);
  throw 42;
}

TEST(AllSettled, KeepsWhateverIsThrown) {
  std::vector<Async<int>> futures;
  futures.push_back(throws_a_number());
  Executor executor({.time = TimeMode::virtual_time});
  try {
    const std::vector<exercise::Settled<int>> settled =
        executor.block_on(exercise::all_settled(std::move(futures)));
    ASSERT_EQ(settled.size(), 1u);
    EXPECT_EQ(settled[0].index(), 1u);
  } catch (int) {
    FAIL() << "`throw 42;` went straight through all_settled. Not everything that is thrown is a "
              "std::exception: catch (...), and keep std::current_exception().";
  }
}

TEST(AllSettled, DropsTheFuturesWhenItIsDropped) {
  for (int polls = 0; polls <= 2; ++polls) {
    test::Doors doors(2);
    test::CountingWaker task;
    {
      std::vector<test::Enter> futures;
      futures.push_back(doors.enter(0, 10));
      futures.push_back(doors.enter(1, 20));
      auto future = exercise::all_settled(std::move(futures));
      Context cx(task.waker());
      for (int i = 0; i < polls; ++i) {
        EXPECT_TRUE(future.poll(cx).is_pending());
        doors.open(0);
      }
    }
    EXPECT_EQ(doors.alive(), 0) << "Dropped after " << polls << " polls, it left futures behind.";
    EXPECT_EQ(task.kept(), 0);
  }
}

}  // namespace
}  // namespace book
