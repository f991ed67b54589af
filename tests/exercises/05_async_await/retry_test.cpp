#include "exercise/retry.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async_block.h"
#include "05_async_await/yield_now.h"

namespace book {
namespace {

using namespace std::chrono_literals;

/// A download that fails a number of times, and remembers when it was tried (in milliseconds).
struct Download {
  int failures;
  std::vector<long> tried_at{};
  Instant start{};

  Async<int> once() {
    const Duration passed = Reactor::current().now() - start;
    tried_at.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
    co_await yield_now();
    if (static_cast<int>(tried_at.size()) <= failures) {
      throw std::runtime_error("failure " + std::to_string(tried_at.size()));
    }
    co_return 200;
  }
};

/// Runs it in virtual time. `took` is set even when it throws.
int run(Download& download, int attempts, long& took) {
  Executor executor({.time = TimeMode::virtual_time});
  download.start = executor.reactor().now();
  const auto stop = [&] {
    took = std::chrono::duration_cast<std::chrono::milliseconds>(executor.reactor().now() -
                                                                 download.start)
               .count();
  };
  try {
    auto make = [&download] { return download.once(); };
    const int result = executor.block_on(exercise::retry(make, attempts, 100ms));
    stop();
    return result;
  } catch (...) {
    stop();
    throw;
  }
}

TEST(Retry, GivesTheResultOfATryThatWorks) {
  Download download{.failures = 0};
  long took = -1;
  EXPECT_EQ(run(download, 4, took), 200);
  EXPECT_EQ(took, 0) << "The first try worked: there is nothing to sleep for.";
}

TEST(Retry, TriesAgainAfterAFailure) {
  Download download{.failures = 1};
  long took = -1;
  try {
    EXPECT_EQ(run(download, 4, took), 200);
  } catch (const std::runtime_error&) {
    FAIL() << "The first try threw, and its exception came out of retry. Catch it, remember it,\n"
              "and try again after the pause.";
  } catch (const std::logic_error&) {
    FAIL() << "A future that has ended was awaited again. Every try needs a new one: call\n"
              "make() anew.";
  }
}

TEST(Retry, SleepsBetweenTwoTries) {
  Download download{.failures = 1};
  long took = -1;
  EXPECT_EQ(run(download, 4, took), 200);
  EXPECT_GT(took, 0)
      << "No time has passed between the tries. sleep(pause) alone makes a future and drops\n"
         "it: await it. (std::this_thread::sleep_for would stop the thread, and everybody on\n"
         "it. This test runs in virtual time, where only what is awaited takes any.)";
}

TEST(Retry, DoublesThePauseEachTime) {
  Download download{.failures = 3};
  long took = -1;
  EXPECT_EQ(run(download, 4, took), 200);
  EXPECT_EQ(download.tried_at, (std::vector<long>{0, 100, 300, 700}))
      << "These are the times of the tries, in milliseconds. The pauses are 100, 200 and 400.";
}

TEST(Retry, GivesUpWithTheLastException) {
  Download download{.failures = 100};
  long took = -1;
  try {
    (void)run(download, 3, took);
    FAIL() << "Every try threw: so must retry.";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(download.tried_at.size(), 3U)
        << "Three tries were allowed: not one more, not one less.";
    EXPECT_STREQ(error.what(), "failure 3")
        << "There were three tries, and the failure of the last one is what is to come out.";
  }
  EXPECT_EQ(took, 300)
      << "100 and 200 ms between the three tries. Nobody is helped by a pause after\n"
         "the last one.";
}

TEST(Retry, AFailureIsWhateverIsThrown) {
  int tries = 0;
  auto make = [&tries]() -> Async<int> {
    co_await yield_now();
    if (++tries == 1) throw 42;
    co_return 200;
  };
  Executor executor({.time = TimeMode::virtual_time});
  int result = 0;
  try {
    result = executor.block_on(exercise::retry(make, 2, 100ms));
  } catch (int) {
  }
  EXPECT_EQ(result, 200)
      << "The first try threw an int, and there was no second. Not all that is thrown "
         "is a std::exception: catch (...).";
}

TEST(Retry, CanBeCancelledInItsPause) {
  Download download{.failures = 100};
  {
    Executor executor({.time = TimeMode::virtual_time});
    download.start = executor.reactor().now();
    auto make = [&download] { return download.once(); };
    executor.spawn(exercise::retry(make, 3, 100ms));
    executor.block_on(sleep(50ms));
  }
  EXPECT_EQ(download.tried_at.size(), 1u) << "Dropped in the first pause, it tries no more.";
}

}  // namespace
}  // namespace book
