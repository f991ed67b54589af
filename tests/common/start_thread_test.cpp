#include "common/start_thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

namespace book {
namespace start_thread_test {

// While it lives, a new thread would need a stack larger than any address space.
class NoThreadLeft {
 public:
  NoThreadLeft() {
    ::pthread_attr_init(&before_);
    ::pthread_getattr_default_np(&before_);
    pthread_attr_t huge;
    ::pthread_attr_init(&huge);
    EXPECT_EQ(::pthread_attr_setstacksize(&huge, std::size_t{1} << 60), 0);
    EXPECT_EQ(::pthread_setattr_default_np(&huge), 0);
    ::pthread_attr_destroy(&huge);
  }
  NoThreadLeft(const NoThreadLeft&) = delete;
  NoThreadLeft& operator=(const NoThreadLeft&) = delete;
  ~NoThreadLeft() {
    ::pthread_setattr_default_np(&before_);
    ::pthread_attr_destroy(&before_);
  }

 private:
  pthread_attr_t before_;
};

TEST(StartThread, RunsTheWork) {
  int ran = 0;
  start_thread([&ran] { ++ran; }).join();
  {
    auto joined_at_the_end = start_thread<std::jthread>([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 2);
}

TEST(StartThread, SaysWhatCouldNotBeHad) {
  const NoThreadLeft no_thread_left;
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
