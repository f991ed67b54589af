#include "support/watchdog.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace book::test {
namespace watchdog_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Watchdog, IsSilentWhenTheTestEndsInTime) {
  const Watchdog watchdog(seconds(10), "a short test");
}

// A hanging test is played in a process of its own, started afresh because there are threads.
TEST(WatchdogDeathTest, EndsAHangingTestWithALineAndTheReport) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [] {
    set_watchdog_report([] { return std::string("task 1 waits for: reading fd 7"); });
    const Watchdog watchdog(milliseconds(1), "a test that hangs");
    for (;;) std::this_thread::sleep_for(seconds(1));
  };
  EXPECT_EXIT(hang(), testing::ExitedWithCode(1),
              "watchdog: a test that hangs is not over after 0.001 seconds.*\n.*reading fd 7");
}

// As after a failure under `make exercise`.
TEST(WatchdogDeathTest, ATestCanBeLeftSoonerAndNeverLater) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto hang = [](milliseconds at_first, milliseconds then) {
    watch_test("a test that hangs", at_first);
    leave_this_test(then);
    for (;;) std::this_thread::sleep_for(seconds(1));
  };
  const std::string barks = "watchdog: a test that hangs is not over after 0.001 seconds";
  EXPECT_EXIT(hang(seconds(3600), milliseconds(1)), testing::ExitedWithCode(1), barks);
  EXPECT_EXIT(hang(milliseconds(1), seconds(3600)), testing::ExitedWithCode(1), barks);
}

}  // namespace watchdog_test
}  // namespace book::test
