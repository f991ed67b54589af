// A system that has no thread left to give.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "15_threads/thread_pool_executor.h"
#include "support/sanitizer.h"

namespace book {
namespace no_thread_test {

/// Lets this process map so much more, and nothing beyond: room for the stacks of a few threads.
void leave_address_space(rlim_t bytes) {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  const rlimit limit{pages * 4096 + bytes, RLIM_INFINITY};
  if (::setrlimit(RLIMIT_AS, &limit) < 0) std::perror("setrlimit");
}

TEST(PoolDeathTest, SaysThatThereIsNoThreadAndEndsThoseItHasStarted) {
  if (test::under_sanitizer())
    GTEST_SKIP() << "a sanitizer needs more address space than it may have";
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        leave_address_space(100u << 20);
        std::string error = "a pool of 1000 workers";
        try {
          ThreadPoolExecutor pool({.workers = 1000});
        } catch (const std::system_error& e) {
          error = e.what();
        }
        std::fprintf(stderr, "%s\n", error.c_str());
        std::exit(0);
      },
      testing::ExitedWithCode(0),
      "cannot start worker [0-9]+ of 1000: Resource temporarily unavailable");
}

}  // namespace no_thread_test
}  // namespace book
