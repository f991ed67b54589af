#include "common/start_thread.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "support/no_thread_left.h"

namespace book {
namespace start_thread_test {

TEST(StartThread, RunsTheWork) {
  int ran = 0;
  start_thread([&ran] { ++ran; }).join();
  {
    auto joined_at_the_end = start_thread<std::jthread>([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 2);
}

TEST(StartThread, SaysWhatCouldNotBeHad) {
  const test::NoThreadLeft no_thread_left;
  auto owned = std::make_shared<int>(1);
  try {
    start_thread([owned] {}).join();
    FAIL() << "there was one";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
    EXPECT_EQ(std::string(error.what()).find("cannot start a thread: "), 0U) << error.what();
  }
  EXPECT_EQ(owned.use_count(), 1) << "what the thread was to own is still held";
}

}  // namespace start_thread_test
}  // namespace book
