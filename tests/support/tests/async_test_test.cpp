// The test macro for coroutines: what it runs, in which time, and how it fails.
#include "support/async_test.h"

#include <gtest/gtest-spi.h>

#include <chrono>
#include <stdexcept>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/simple_futures.h"
#include "common/reactor/reactor.h"

namespace book::test {
namespace async_test_test {

using namespace std::chrono_literals;

bool a_leftover_ran_on = false;

ASYNC_TEST(AsyncTest, AnHourTakesNoTime) {
  const auto began = std::chrono::steady_clock::now();
  const Instant start = Reactor::current().now();
  co_await sleep(100h);
  EXPECT_EQ(Reactor::current().now() - start, 100h);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1h);
}

ASYNC_TEST_REAL_TIME(AsyncTest, RealTimeIsReal) {
  EXPECT_EQ(Reactor::current().time_mode(), TimeMode::real);
  co_return;
}

Async<> throws() {
  co_await sleep(1s);
  throw std::runtime_error("spilled the milk");
}
Async<> throws_a_number() {
  co_await sleep(1s);
  throw 7;
}
Async<> waits_for_ever() { co_await never<void>(); }
Async<> leaves_one_behind() {
  auto leftover = []() -> Async<> {
    co_await sleep(1s);
    a_leftover_ran_on = true;
  };
  spawn_detached(leftover());
  co_await sleep(1ms);
}

Async<> counts_to_two(int& count) {
  count = 1;
  co_await sleep(1s);
  count = 2;
}

TEST(AsyncTest, RunsTheBodyToItsEnd) {
  int count = 0;
  run_async_test(counts_to_two(count), TimeMode::virtual_time, "here.cpp", 7);
  EXPECT_EQ(count, 2);
}

TEST(AsyncTest, FailsWithTheMessageOfAnException) {
  EXPECT_NONFATAL_FAILURE(run_async_test(throws(), TimeMode::virtual_time, "here.cpp", 7),
                          "an exception left the body of the test: spilled the milk");
  EXPECT_NONFATAL_FAILURE(run_async_test(throws_a_number(), TimeMode::virtual_time, "here.cpp", 7),
                          "no std::exception");
}

TEST(AsyncTest, FailsWithTheListOfADeadlock) {
  EXPECT_NONFATAL_FAILURE(
      run_async_test(waits_for_ever(), TimeMode::virtual_time, "here.cpp", 7),
      "the task spawned at here.cpp:7, which waits for nothing: it waits forever");
}

TEST(AsyncTest, EndsWithItsBodyAndDropsWhatIsLeft) {
  run_async_test(leaves_one_behind(), TimeMode::virtual_time, "here.cpp", 7);
  EXPECT_FALSE(a_leftover_ran_on);
}

}  // namespace async_test_test
}  // namespace book::test
