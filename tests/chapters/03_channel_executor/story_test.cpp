// The futures of the chapter's story.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "03_channel_executor/executor.h"
#include "03_channel_executor/story/bell.h"
#include "03_channel_executor/story/howdy.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book::channel_executor {
namespace story_test {

using namespace std::chrono_literals;

TEST(Bell, KeepsTheContract) {
  test::expect_contract([] {
    auto bell = std::make_shared<Bell>();
    return test::subject(bell->wait(), [bell] { bell->ring(); });
  });
}

TEST(Bell, IsReadyAtOnceWhenItWasRungBefore) {
  Bell bell;
  bell.ring();
  test::expect_contract([&] { return test::subject(bell.wait()); }, {.ready_at_once = true});
}

TEST(Bell, LetsGoOfTheTaskThatWaitsWhenItIsDestroyed) {
  auto [executor, spawner] = new_executor_and_spawner();
  {
    Bell bell;
    spawner.spawn(bell.wait());
    spawner.drop();
    executor.run_ready();
    EXPECT_EQ(executor.senders(), 1u);
  }
  EXPECT_EQ(executor.senders(), 0u);
}

TEST(HowdyThenDone, SaysNothingBeforeItIsPolled) {
  testing::internal::CaptureStdout();
  { HowdyThenDone future(0ms); }
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(HowdyThenDone, SaysHowdyThenDone) {
  testing::internal::CaptureStdout();
  auto [executor, spawner] = new_executor_and_spawner();
  spawner.spawn(HowdyThenDone(1ms));
  spawner.drop();
  executor.run();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "   howdy!\n   done!\n");
}

TEST(HowdyThenDone, DroppedWhileItWaitsLeavesNoWakerBehind) {
  test::CountingWaker counter;
  testing::internal::CaptureStdout();
  {
    HowdyThenDone future(1h);  // its thread sleeps on until the tests end
    Context cx(counter.waker());
    EXPECT_TRUE(future.poll(cx).is_pending());
    EXPECT_TRUE(future.poll(cx).is_pending()) << "a spurious poll changes nothing";
    EXPECT_EQ(counter.kept(), 1);
  }
  EXPECT_EQ(counter.kept(), 0);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "   howdy!\n");
}

}  // namespace story_test
}  // namespace book::channel_executor
