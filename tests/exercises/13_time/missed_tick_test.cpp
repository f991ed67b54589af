// Tests of the piece missed_tick: when the next tick is due, of one that is fetched late.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "13_time/interval.h"
#include "common/reactor/reactor.h"
#include "support/hand.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using test::Hand;

class MissedTick : public testing::Test {
 protected:
  Reactor reactor_{TimeMode::virtual_time};
  Reactor::Scope scope_{reactor_};
  Hand task_;
  const Instant begun_ = reactor_.now();

  long now() const { return (reactor_.now() - begun_) / 1ms; }
  void busy_until(std::chrono::milliseconds then) {
    Sleep nap = sleep_until(begun_ + then);
    while (task_.is_pending(nap)) reactor_.wait();
  }
  /// When so many ticks were given, in milliseconds. The first is fetched, then the consumer is
  /// busy until `busy`.
  std::vector<long> times(MissedTicks missed, std::chrono::milliseconds busy, int count) {
    Interval ticks(begun_, 100ms, missed);
    std::vector<long> given;
    for (int i = 0; i < count; ++i) {
      int waits = 0;
      while (task_.waits(ticks)) {
        reactor_.wait();
        if (++waits > 3)
          throw std::logic_error("Interval::after: the tick that is due never comes");
      }
      given.push_back(now());
      if (i == 0) busy_until(busy);
    }
    return given;
  }
};

using Times = std::vector<long>;

TEST_F(MissedTick, PunctualTicksComeOnePeriodApart) {
  EXPECT_EQ(times(MissedTicks::burst, 50ms, 4), (Times{0, 100, 200, 300}))
      << "Interval::after: no tick was missed, and the next is due one period after the last.";
}

TEST_F(MissedTick, ALittleLateIsNotMissed) {
  for (const MissedTicks missed : {MissedTicks::delay, MissedTicks::skip}) {
    const long from = now();
    Interval ticks(reactor_.now(), 100ms, missed);
    ASSERT_FALSE(task_.waits(ticks));
    busy_until(std::chrono::milliseconds(from + 103));
    Context cx(task_.waker.waker());
    ASSERT_TRUE(ticks.poll_next(cx).is_ready());  // due at 100, given at 103
    ASSERT_TRUE(task_.waits(ticks));
    reactor_.wait();
    EXPECT_EQ(now() - from, 200)
        << "Interval::after: a tick that is fetched within kPunctual was not missed, and nothing "
           "moves "
        << "because of it. Else each late look of the system makes the interval later.";
  }
}

TEST_F(MissedTick, BurstCatchesUp) {
  EXPECT_EQ(times(MissedTicks::burst, 270ms, 6), (Times{0, 270, 270, 300, 400, 500}))
      << "Interval::after: burst gives all that were missed, one after the other.";
}

TEST_F(MissedTick, DelayBeginsAnew) {
  EXPECT_EQ(times(MissedTicks::delay, 270ms, 4), (Times{0, 270, 370, 470}))
      << "Interval::after: delay counts the next period from now.";
}

TEST_F(MissedTick, SkipIsBackInStep) {
  EXPECT_EQ(times(MissedTicks::skip, 270ms, 4), (Times{0, 270, 300, 400}))
      << "Interval::after: skip goes on at the next whole number of periods from the beginning.";
}

TEST_F(MissedTick, SkipOnTheDotGoesOnToTheNext) {
  EXPECT_EQ(times(MissedTicks::skip, 300ms, 4), (Times{0, 300, 400, 500}))
      << "Interval::after: at 300 the tick of 100 is given, and 200 and 300 are missed.";
}

}  // namespace
}  // namespace book
