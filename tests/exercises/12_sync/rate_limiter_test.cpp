#include "exercise/rate_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/timeout.h"
#include "docs/answer.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::RateLimiter;

constexpr long kNever = -1;
/// A bucket of three tokens, one more every 10 ms, in virtual time.
struct Bucket {
  Bucket() { executor.spawn(limiter.refills()); }

  long ms() { return (executor.reactor().now() - start) / 1ms; }
  void pass(Duration time) { executor.block_on(sleep(time)); }

  /// One that takes so many tokens, in a task of its own, and gives up after `patience`.
  void ask(std::size_t tokens, long& when, Duration patience = 1s) {
    executor.spawn(takes(*this, tokens, when, patience));
  }
  static Async<> takes(Bucket& bucket, std::size_t tokens, long& when, Duration patience) {
    auto in_time = timeout(patience, bucket.limiter.take(tokens));
    const auto taken = co_await in_time;
    if (taken) when = bucket.ms();
  }
  /// So many ask for one token each, all at this moment.
  std::vector<long> ask_for_one_each(std::size_t many) {
    std::vector<long> when(many, kNever);
    for (long& each : when) ask(1, each);
    pass(1s);
    return when;
  }

  RateLimiter limiter{3, 10ms};  // outlives the tasks of the executor
  Executor executor{{.time = TimeMode::virtual_time, .seed = {}}};
  Instant start = executor.reactor().now();
};

using Times = std::vector<long>;

/// What there is to say when one of them never came.
std::string never_came(const Times& times) {
  if (std::find(times.begin(), times.end(), kNever) == times.end()) return "";
  return " (-1 is a take() that did not come within a second, though a token comes every 10 ms. "
         "Does "
         "a task sleep, or wait, and hold a lock that refills() needs?)";
}

// The test that would find it hangs: the thread waits in lock() for itself.
TEST(RateLimiter, HoldsNoStdLockAcrossAnAwait) {
  docs::expect_no_std_lock_across_an_await("rate_limiter");
}

TEST(RateLimiter, LetsABurstThroughAndThenOneAPeriod) {
  Bucket bucket;
  const Times when = bucket.ask_for_one_each(5);
  EXPECT_NE(when[3], 0)
      << "The bucket holds three tokens, and a fourth take() went through at once. A token that "
         "was taken is spent: a Permit gives back what it holds when it goes, unless you forget() "
         "it.";
  EXPECT_EQ(when, (Times{0, 0, 0, 10, 20}))
      << "Five ask at 0 ms. Three find a token there; then comes one every 10 ms, and no more."
      << never_came(when);
}

TEST(RateLimiter, KeepsNoMoreThanTheBurst) {
  Bucket bucket;
  bucket.pass(105ms);  // ten tokens have come into a bucket that was full
  const Times when = bucket.ask_for_one_each(5);
  EXPECT_EQ(when, (Times{105, 105, 105, 110, 120}))
      << "The bucket holds three. It was full for 105 ms, and what came meanwhile is lost: it must "
         "not be there now. (If the fourth came too late: let it wait in acquire(n), which is "
         "told; "
         "a loop that sleeps and looks again comes late.)"
      << never_came(when);
}

TEST(RateLimiter, FillsUpAgain) {
  Bucket bucket;
  EXPECT_EQ(bucket.ask_for_one_each(3), (Times{0, 0, 0}));
  // 1000 ms later
  EXPECT_EQ(bucket.ask_for_one_each(4), (Times{1000, 1000, 1000, 1010}));
}

TEST(RateLimiter, ServesWhoCameFirst) {
  Bucket bucket;
  EXPECT_EQ(bucket.ask_for_one_each(3), (Times{0, 0, 0}));
  bucket.pass(5ms);  // 1005 ms, and full
  long all_three = kNever, three_more = kNever, one = kNever;
  bucket.ask(3, all_three);
  bucket.ask(3, three_more);
  bucket.ask(1, one);
  bucket.pass(1s);
  EXPECT_EQ(all_three, 1005);
  EXPECT_EQ((Times{three_more, one}), (Times{1030, 1040}))
      << "The first wants three tokens, the second one, and the bucket is empty. Who came first is "
         "served first: take all that you want in one acquire(n)."
      << never_came({three_more, one});
}

TEST(RateLimiter, TakesNothingForOneWhoGivesUp) {
  Bucket bucket;
  EXPECT_EQ(bucket.ask_for_one_each(3), (Times{0, 0, 0}));
  bucket.pass(5ms);  // 1005 ms, and full
  long all_three = kNever, gives_up = kNever;
  bucket.ask(3, all_three);
  bucket.ask(3, gives_up, 20ms);  // two have come by then
  bucket.pass(22ms);
  EXPECT_EQ(all_three, 1005);
  ASSERT_EQ(gives_up, kNever);
  EXPECT_EQ(bucket.ask_for_one_each(3), (Times{1027, 1027, 1030}))
      << "One who wanted three gave up after two had come. Those two are still there for others.";
}

TEST(RateLimiter, RefusesMoreThanThereCanBe) {
  Bucket bucket;
  EXPECT_THROW(bucket.executor.block_on(timeout(1s, bucket.limiter.take(4))), std::invalid_argument)
      << "The bucket holds three, and four were asked for: that is never. Say so.";
}

}  // namespace
}  // namespace book
