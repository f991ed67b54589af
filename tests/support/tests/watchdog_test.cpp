#include "support/watchdog.h"

#include <gtest/gtest.h>

#include <chrono>
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

}  // namespace watchdog_test
}  // namespace book::test
