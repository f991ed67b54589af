#include "exercise/rate_limit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "common/future.h"
#include "support/watchdog.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::Bucket;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};
using Times = std::vector<std::chrono::milliseconds>;

/// Takes `count` tokens one after the other and notes when.
Async<> take_some(Bucket& bucket, int count, Instant start, Times& times) {
  for (int i = 0; i < count; ++i) {
    co_await bucket.take();
    times.push_back(
        std::chrono::round<std::chrono::milliseconds>(Reactor::current().now() - start));
  }
}

/// Takes tokens from a new bucket: some, then a pause, then some more, and so on.
Async<Times> story(int capacity, std::vector<int> counts, std::vector<Duration> pauses) {
  const Instant start = Reactor::current().now();
  Bucket bucket(capacity, 100ms);
  Times times;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    co_await take_some(bucket, counts[i], start, times);
    co_await sleep(pauses[i]);
  }
  co_return times;
}

TEST(RateLimit, GivesWhatIsThereAtOnceAndThenOneEachPeriod) {
  EXPECT_EQ(block_on(story(3, {6}, {0ms}), kVirtual), (Times{0ms, 0ms, 0ms, 100ms, 200ms, 300ms}))
      << "Somebody took more tokens than there were, or waited longer than needed. These are the "
         "times of six takes: three tokens are there, and one more comes every 100 ms.";
}

TEST(RateLimit, HoldsNoMoreThanItsCapacity) {
  EXPECT_EQ(block_on(story(3, {3, 5}, {1h, 0ms}), kVirtual),
            (Times{0ms, 0ms, 0ms, 1h, 1h, 1h, 1h + 100ms, 1h + 200ms}))
      << "A bucket of three holds three, even after an hour.";
  EXPECT_EQ(block_on(story(3, {0, 4}, {1h, 0ms}), kVirtual), (Times{1h, 1h, 1h, 1h + 100ms}))
      << "For an hour the bucket was full, and what came then ran over. It must not come back: "
         "move `filled_` on in a full bucket, too.";
}

TEST(RateLimit, LosesNoPartOfAToken) {
  EXPECT_EQ(block_on(story(2, {2, 2}, {150ms, 0ms}), kVirtual), (Times{0ms, 0ms, 150ms, 200ms}))
      << "At 150 ms there was one token. Half of the next token was there as well, so it came at "
         "200 ms: whoever counts tokens may not forget the rest of the time.";
}

TEST(RateLimit, LetsSeveralWaitAndGivesEachATokenOfItsOwn) {
  auto three = []() -> Async<Times> {
    const Instant start = Reactor::current().now();
    Bucket bucket(1, 100ms);
    Times times;
    auto all = join(take_some(bucket, 1, start, times), take_some(bucket, 1, start, times),
                    take_some(bucket, 2, start, times));
    co_await all;
    co_return times;
  };
  EXPECT_EQ(block_on(three(), kVirtual), (Times{0ms, 100ms, 200ms, 300ms}))
      << "Several tasks waited, and one token came: after the sleep somebody else may have been "
         "quicker. Look again.";
}

TEST(RateLimit, WhoGivesUpHasTakenNothing) {
  auto give_up = []() -> Async<Duration> {
    const Instant start = Reactor::current().now();
    Bucket bucket(1, 100ms);
    co_await bucket.take();
    auto impatient = select(bucket.take(), sleep(50ms));
    co_await impatient;
    co_await bucket.take();
    co_return Reactor::current().now() - start;
  };
  EXPECT_EQ(block_on(give_up(), kVirtual), 100ms)
      << "A take() that was dropped while it waited has taken nothing: the token that came at "
         "100 ms was for the next one. Do not take before you have waited.";
}

/// A take(), and how often it is polled.
struct Counted {
  using Output = void;
  Poll<void> poll(Context& cx) {
    ++polls;
    return take.poll(cx);
  }
  Async<> take;
  int& polls;
};

TEST(RateLimit, SleepsUntilTheNextToken) {
  auto polls_of_a_take = []() -> Async<int> {
    Bucket bucket(1, 100ms);
    co_await bucket.take();
    int polls = 0;
    Counted counted{bucket.take(), polls};
    co_await counted;
    co_return polls;
  };
  EXPECT_LE(block_on(polls_of_a_take(), kVirtual), 3)
      << "So often was a take() polled that had to wait 100 ms. You know when the next token "
         "comes: "
         "sleep until then, and do not look every now and then.";
}

TEST(RateLimit, APeriodMayBeForever) {
  const test::Watchdog watchdog(
      2s,
      "With a period of Duration::max(), `filled_ + period_` overflows, and is in the past: "
      "sleep_until() is ready at once, and your loop goes round without end. Give sleep() the "
      "length that is left, `period_ - (now - filled_)`. APeriodMayBeForever");
  auto once = []() -> Async<bool> {
    Bucket bucket(1, Duration::max());
    co_await bucket.take();
    auto another = select(bucket.take(), sleep(1h));
    const auto winner = co_await another;
    co_return winner.index() == 0;
  };
  EXPECT_FALSE(block_on(once(), kVirtual))
      << "A bucket that is never filled again gave a second token. `filled_ + period_` is beyond "
         "the end of time: sleep() takes a length, however long.";
}

}  // namespace
}  // namespace book
