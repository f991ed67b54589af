#include "common/clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace book {
namespace clock_test {

using namespace std::chrono_literals;

TEST(Clock, RealTimeIsTheSteadyClocksAndCanNotBeAdvanced) {
  Clock clock(TimeMode::real);
  const Instant before = std::chrono::steady_clock::now();
  const Instant now = clock.now();
  EXPECT_GE(now, before);
  clock.advance_to(now + 1000h);
  EXPECT_LT(clock.now(), now + 1000h);
  EXPECT_EQ(clock.mode(), TimeMode::real);
}

TEST(Clock, VirtualTimeStandsStillUntilItIsAdvanced) {
  Clock clock(TimeMode::virtual_time);
  const Instant start = clock.now();
  EXPECT_EQ(clock.now(), start);
  clock.advance_to(start + 1ns);
  EXPECT_EQ(clock.now(), start + 1ns);
  clock.advance_to(start + 24h * 365);
  EXPECT_EQ(clock.now(), start + 24h * 365);
}

TEST(Clock, VirtualTimeNeverGoesBack) {
  Clock clock(TimeMode::virtual_time);
  const Instant start = clock.now();
  clock.advance_to(start + 5s);
  clock.advance_to(start + 3s);
  clock.advance_to(Instant::min());
  EXPECT_EQ(clock.now(), start + 5s);
}

TEST(Clock, VirtualTimeBeginsAtAWholeMillisecondAndTheSameEverywhere) {
  const Instant start = Clock(TimeMode::virtual_time).now();
  EXPECT_EQ(start.time_since_epoch() % 1ms, 0ns);
  EXPECT_EQ(Clock(TimeMode::virtual_time).now(), start);
}

TEST(Clock, OtherThreadsMayReadItWhileItsDriverAdvancesIt) {
  Clock clock(TimeMode::virtual_time);
  std::atomic<bool> over{false};
  std::thread reader([&] {
    Instant last = clock.now();
    while (!over) {
      const Instant now = clock.now();
      EXPECT_GE(now, last);
      last = now;
    }
  });
  for (int i = 0; i < 10'000; ++i) clock.advance_to(clock.now() + 1ms);
  over = true;
  reader.join();
}

}  // namespace clock_test
}  // namespace book
