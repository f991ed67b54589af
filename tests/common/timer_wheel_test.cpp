#include "common/reactor/timer_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <tuple>
#include <vector>

namespace book {
namespace timer_wheel_test {

using Tick = TimerWheel::Tick;

std::vector<Timer*> pop_all(TimerWheel& wheel, Tick now) {
  std::vector<Timer*> popped;
  while (Timer* timer = wheel.pop(now)) popped.push_back(timer);
  return popped;
}

/// The same wheel as a list that is searched: slow, and easy to believe.
class NaiveWheel {
 public:
  void insert(Timer* timer, Tick tick) { all_.push_back({std::max(tick, now_), order_++, timer}); }
  void remove(Timer* timer) {
    std::erase_if(all_, [&](const Entry& entry) { return std::get<2>(entry) == timer; });
  }
  std::vector<Timer*> pop_all(Tick now) {
    now_ = std::max(now_, now);
    std::sort(all_.begin(), all_.end());
    std::vector<Timer*> popped;
    while (!all_.empty() && std::get<0>(all_.front()) <= now_) {
      popped.push_back(std::get<2>(all_.front()));
      all_.erase(all_.begin());
    }
    return popped;
  }
  Tick next() const {
    Tick next = TimerWheel::kNever;
    for (const Entry& entry : all_) next = std::min(next, std::get<0>(entry));
    return next;
  }
  std::size_t size() const { return all_.size(); }

 private:
  using Entry = std::tuple<Tick, int, Timer*>;
  std::vector<Entry> all_;
  Tick now_ = 0;
  int order_ = 0;
};

TEST(TimerWheel, AnEmptyWheelHasNothingDueAndNothingNext) {
  TimerWheel wheel;
  EXPECT_EQ(wheel.next(), TimerWheel::kNever);
  EXPECT_EQ(wheel.pop(1'000'000), nullptr);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, ATimerLeavesAtItsTickAndNeverBefore) {
  for (Tick tick : {1ull, 2ull, 63ull, 64ull, 65ull, 4095ull, 4096ull, 262'143ull, 262'144ull,
                    (1ull << 30) - 1, 1ull << 30, (1ull << 36) - 1, 1ull << 36, (1ull << 36) + 1,
                    (1ull << 40) + 12345, 9'223'372'036'854ull}) {
    Timer timer;
    TimerWheel wheel;
    wheel.insert(timer, tick);
    EXPECT_EQ(wheel.pop(tick - 1), nullptr) << tick;
    EXPECT_EQ(wheel.pop(tick), &timer) << tick;
    EXPECT_EQ(wheel.size(), 0u);
  }
}

TEST(TimerWheel, ATickThatHasPassedIsDueAtOnce) {
  TimerWheel wheel;
  EXPECT_EQ(wheel.pop(100), nullptr);
  Timer past, present;
  wheel.insert(past, 7);
  wheel.insert(present, 100);
  EXPECT_EQ(wheel.next(), 100u);
  EXPECT_EQ(pop_all(wheel, 100), (std::vector<Timer*>{&past, &present}));
}

TEST(TimerWheel, TimersOfOneTickLeaveInTheOrderTheyCame) {
  Timer early, middle, late;
  TimerWheel wheel;
  wheel.insert(early, 5000);  // two levels up
  EXPECT_EQ(wheel.pop(4100), nullptr);
  wheel.insert(middle, 5000);  // one level up
  EXPECT_EQ(wheel.pop(4999), nullptr);
  wheel.insert(late, 5000);  // right in front
  EXPECT_EQ(pop_all(wheel, 5000), (std::vector<Timer*>{&early, &middle, &late}));
}

TEST(TimerWheel, NextIsExactWithinALevelAndNeverLate) {
  Timer timer;
  TimerWheel wheel;
  wheel.insert(timer, 5000);
  int cascades = 0;
  for (; wheel.next() < 5000; ++cascades) {
    EXPECT_EQ(wheel.pop(wheel.next()), nullptr);
  }
  EXPECT_LE(cascades, 5);
  EXPECT_EQ(wheel.next(), 5000u);
  EXPECT_EQ(wheel.pop(5000), &timer);
}

TEST(TimerWheel, CanGoStraightToItsNextTimer) {
  Timer near, far;
  TimerWheel wheel;
  wheel.insert(far, 1ull << 40);
  wheel.insert(near, 5000);
  EXPECT_EQ(wheel.advance_to_next(), 5000u);
  EXPECT_EQ(wheel.advance_to_next(), 5000u);
  EXPECT_EQ(pop_all(wheel, 5000), (std::vector<Timer*>{&near}));
  EXPECT_EQ(wheel.advance_to_next(), 1ull << 40);
  EXPECT_EQ(wheel.pop(1ull << 40), &far);
}

TEST(TimerWheel, ADueTimerCanStillBeRemoved) {
  Timer first, second, third, later;
  TimerWheel wheel;
  for (Timer* timer : {&first, &second, &third}) wheel.insert(*timer, 70);
  EXPECT_EQ(wheel.pop(70), &first);
  wheel.insert(later, 70 + 64);  // takes the slot number that the due ones still carry
  wheel.remove(second);
  wheel.remove(third);
  EXPECT_EQ(wheel.next(), 128u);
  EXPECT_EQ(pop_all(wheel, 1000), (std::vector<Timer*>{&later}));
}

TEST(TimerWheel, BehavesLikeASortedListUnderRandomUse) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    NaiveWheel model;
    std::vector<std::unique_ptr<Timer>> idle, armed;
    TimerWheel wheel;
    for (int i = 0; i < 200; ++i) idle.push_back(std::make_unique<Timer>());
    Tick now = 0;
    // Up to 2^35 ticks at a step, so that timers stay within reach and their order is exact.
    const auto some_ticks = [&] { return random() % (1ull << (random() % 36)); };
    for (int step = 0; step < 3000; ++step) {
      SCOPED_TRACE(testing::Message() << "seed " << seed << " step " << step << " now " << now);
      const auto choice = random() % 10;
      if (choice < 5 && !idle.empty()) {
        std::swap(idle[random() % idle.size()], idle.back());
        const Tick tick = random() % 20 == 0 ? now / 2 : now + some_ticks();
        wheel.insert(*idle.back(), tick);
        model.insert(idle.back().get(), tick);
        armed.push_back(std::move(idle.back()));
        idle.pop_back();
      } else if (choice < 8 && !armed.empty()) {
        std::swap(armed[random() % armed.size()], armed.back());
        wheel.remove(*armed.back());
        model.remove(armed.back().get());
        idle.push_back(std::move(armed.back()));
        armed.pop_back();
      } else {
        now += random() % 3 == 0 && model.size() > 0 ? model.next() - std::min(now, model.next())
                                                     : some_ticks();
        const std::vector<Timer*> popped = pop_all(wheel, now);
        ASSERT_EQ(popped, model.pop_all(now));
        for (Timer* timer : popped) {
          const auto place = std::find_if(armed.begin(), armed.end(),
                                          [&](const auto& owned) { return owned.get() == timer; });
          idle.push_back(std::move(*place));
          armed.erase(place);
        }
      }
      ASSERT_EQ(wheel.size(), model.size());
      ASSERT_LE(wheel.next(), model.next());
      ASSERT_EQ(wheel.next() == TimerWheel::kNever, model.size() == 0);
    }
  }
}

TEST(TimerWheel, BeyondTheHorizonNothingIsEarlyLateOrLost) {
  std::mt19937_64 random(7);
  std::vector<std::pair<Tick, std::unique_ptr<Timer>>> timers;
  TimerWheel wheel;
  for (int i = 0; i < 500; ++i) {
    timers.emplace_back(1 + random() % (1ull << 42), std::make_unique<Timer>());
    wheel.insert(*timers.back().second, timers.back().first);
  }
  std::sort(timers.begin(), timers.end());
  for (auto& [tick, timer] : timers) {
    ASSERT_EQ(wheel.pop(tick - 1), nullptr);
    ASSERT_EQ(wheel.pop(tick), timer.get());
  }
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, AHundredThousandTimersInOneGiantStep) {
  std::mt19937_64 random(3);
  std::vector<std::pair<Tick, Timer*>> order;
  std::vector<Timer> timers(100'000);
  TimerWheel wheel;
  for (Timer& timer : timers) {
    order.emplace_back(1 + random() % 100'000, &timer);
    wheel.insert(timer, order.back().first);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [tick, timer] : order) ASSERT_EQ(wheel.pop(1'000'000), timer);
  EXPECT_EQ(wheel.pop(1'000'000), nullptr);
}

TEST(Timer, FitsOneCacheLine) { EXPECT_LE(sizeof(Timer), 64u); }

TEST(Timer, ANewTimerHasNeitherFiredNorIsItArmed) {
  Timer timer;
  EXPECT_FALSE(timer.fired());
  EXPECT_FALSE(timer.armed());
  Timer moved(std::move(timer));
  EXPECT_FALSE(moved.armed());
}

}  // namespace timer_wheel_test
}  // namespace book
