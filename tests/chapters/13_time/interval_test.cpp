// Intervals: when ticks come, what becomes of the missed ones, and what reset does. All of it in
// virtual time. (Chapter 13)
#include "13_time/interval.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "07_join/join.h"
#include "08_select/select.h"
#include "common/stream.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace interval_test {

using namespace std::chrono_literals;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time};

/// A tick: when it was due, and when it was fetched, both counted from the beginning.
struct Tick {
  Duration due, came;
  bool operator==(const Tick&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Tick& tick) {
  return out << "{" << tick.due / 1ms << ", " << tick.came / 1ms << "}";
}
using Ticks = std::vector<Tick>;

/// Fetches as many ticks as there are pauses; after each it is busy for one of them.
template <class Make>
Ticks fetch(Make make, const std::vector<Duration>& pauses) {
  auto consumer = [](Make build, std::vector<Duration> busy) -> Async<Ticks> {
    const Instant start = Reactor::current().now();
    auto ticks = build(start);
    Ticks seen;
    for (const Duration pause : busy) {
      auto due = co_await next(ticks);
      seen.push_back({*due - start, Reactor::current().now() - start});
      co_await sleep(pause);
    }
    co_return seen;
  };
  return block_on(async(consumer, make, pauses), kVirtual);
}

Ticks fetch(MissedTicks missed, const std::vector<Duration>& pauses) {
  return fetch([missed](Instant) { return interval(100ms, missed); }, pauses);
}

constexpr auto kAllThree = {MissedTicks::burst, MissedTicks::delay, MissedTicks::skip};

TEST(Interval, TicksAtOnceAndThenEveryPeriodWhileNobodyIsLate) {
  for (const MissedTicks missed : kAllThree) {
    EXPECT_EQ(fetch(missed, {10ms, 90ms, 0ms, 99ms, 0ms}),
              (Ticks{{0ms, 0ms}, {100ms, 100ms}, {200ms, 200ms}, {300ms, 300ms}, {400ms, 400ms}}));
  }
}

TEST(Interval, InABurstGivesAllThatWereMissed) {
  EXPECT_EQ(fetch(MissedTicks::burst, {270ms, 0ms, 0ms, 0ms, 0ms}),
            (Ticks{{0ms, 0ms}, {100ms, 270ms}, {200ms, 270ms}, {300ms, 300ms}, {400ms, 400ms}}));
}

TEST(Interval, WithDelayCountsAPeriodFromTheLateTick) {
  EXPECT_EQ(fetch(MissedTicks::delay, {270ms, 0ms, 0ms, 250ms, 0ms}),
            (Ticks{{0ms, 0ms}, {100ms, 270ms}, {370ms, 370ms}, {470ms, 470ms}, {570ms, 720ms}}));
}

TEST(Interval, WithSkipGoesOnInStep) {
  EXPECT_EQ(fetch(MissedTicks::skip, {270ms, 0ms, 0ms, 250ms, 0ms}),
            (Ticks{{0ms, 0ms}, {100ms, 270ms}, {300ms, 300ms}, {400ms, 400ms}, {500ms, 650ms}}));
  EXPECT_EQ(fetch(MissedTicks::skip, {300ms, 0ms, 0ms}),
            (Ticks{{0ms, 0ms}, {100ms, 300ms}, {400ms, 400ms}}))
      << "the tick that is due at this very moment is missed too";
}

TEST(Interval, CallsNoTickMissedThatIsOnlyAsLateAsTimersAre) {
  for (const MissedTicks missed : kAllThree) {
    EXPECT_EQ(fetch(missed, {105ms, 0ms, 0ms}),
              (Ticks{{0ms, 0ms}, {100ms, 105ms}, {200ms, 200ms}}));
  }
  EXPECT_EQ(fetch(MissedTicks::delay, {106ms, 0ms}), (Ticks{{0ms, 0ms}, {100ms, 106ms}}));
  EXPECT_EQ(fetch(MissedTicks::delay, {106ms, 0ms, 0ms}).back(), (Tick{206ms, 206ms}));
}

TEST(IntervalAt, TicksFirstAtItsStart) {
  EXPECT_EQ(fetch([](Instant now) { return interval_at(now + 30ms, 100ms); }, {0ms, 0ms, 0ms}),
            (Ticks{{30ms, 30ms}, {130ms, 130ms}, {230ms, 230ms}}));
}

TEST(IntervalAt, AStartInThePastHasMissedTicks) {
  auto with = [](MissedTicks missed) {
    return [missed](Instant now) { return interval_at(now - 150ms, 100ms, missed); };
  };
  EXPECT_EQ(fetch(with(MissedTicks::burst), {0ms, 0ms, 0ms}),
            (Ticks{{-150ms, 0ms}, {-50ms, 0ms}, {50ms, 50ms}}));
  EXPECT_EQ(fetch(with(MissedTicks::delay), {0ms, 0ms}), (Ticks{{-150ms, 0ms}, {100ms, 100ms}}));
  EXPECT_EQ(fetch(with(MissedTicks::skip), {0ms, 0ms}), (Ticks{{-150ms, 0ms}, {50ms, 50ms}}));
}

TEST(Interval, MadeWithoutAReactorBeginsWithItsFirstPoll) {
  Executor executor(kVirtual);
  auto ticks = interval(100ms);
  executor.block_on(sleep(1h));
  const Instant begin = executor.reactor().now();
  EXPECT_EQ(executor.block_on(next(ticks)), begin);
  EXPECT_EQ(executor.block_on(next(ticks)), begin + 100ms);
}

ASYNC_TEST(Interval, MadeWithOneBeginsThen) {
  const Instant made = Reactor::current().now();
  auto ticks = interval(100ms);
  co_await sleep(50ms);
  auto first = co_await next(ticks);
  EXPECT_EQ(first, made);
  auto second = co_await next(ticks);
  EXPECT_EQ(second, made + 100ms);
}

TEST(Interval, AfterTheEndOfTimeTicksNoMore) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  for (const MissedTicks missed : kAllThree) {
    auto ticks = interval_at(reactor.now() - 1h, Duration::max(), missed);
    EXPECT_TRUE(ticks.poll_next(cx).is_ready());
    EXPECT_TRUE(ticks.poll_next(cx).is_pending());
    ticks.reset();
    EXPECT_TRUE(ticks.poll_next(cx).is_pending());
  }
}

// --- reset -------------------------------------------------------------------------------------

TEST(Interval, ResetMovesTheTickOfWhoeverWaits) {
  auto run = [](Duration moved) {
    auto story = [](Duration later) -> Async<Duration> {
      const Instant start = Reactor::current().now();
      auto ticks = interval_at(start + 100ms, 100ms);
      auto wait = [&ticks, start]() -> Async<Duration> {
        auto due = co_await next(ticks);
        EXPECT_LE(*due, Reactor::current().now());
        co_return Reactor::current().now() - start;
      };
      auto move = [&ticks, start, later]() -> Async<> {
        co_await sleep(50ms);
        if (later == Duration::zero()) ticks.reset();
        if (later != Duration::zero()) ticks.reset_at(start + later);
      };
      auto both = join(wait(), move());
      const auto ended = co_await both;
      co_return std::get<0>(ended);
    };
    return block_on(async(story, moved), kVirtual);
  };
  EXPECT_EQ(run(Duration::zero()), 150ms);
  EXPECT_EQ(run(70ms), 70ms) << "an earlier tick has to wake whoever waits";
  EXPECT_EQ(run(500ms), 500ms);
  EXPECT_EQ(run(20ms), 50ms) << "in the past: at once";
}

ASYNC_TEST(Interval, ResetForgetsWhatWasMissed) {
  const Instant start = Reactor::current().now();
  auto ticks = interval(100ms);
  co_await next(ticks);
  co_await sleep(950ms);
  ticks.reset();
  auto due = co_await next(ticks);
  EXPECT_EQ(due, start + 1050ms);
}

// --- As a stream among others ------------------------------------------------------------------

ASYNC_TEST(Interval, CanBeSelectedAndNeverEnds) {
  auto quick = interval(10ms);
  auto slow = interval(25ms);
  int quick_ones = 0, slow_ones = 0;
  auto on_quick = [&](Instant) { ++quick_ones; };
  auto on_slow = [&](Instant) { ++slow_ones; };
  // 0 to 50: six quick ticks and three slow ones
  for (int i = 0; i < 9; ++i) {
    auto round = select(on(select_next_some(quick), on_quick), on(select_next_some(slow), on_slow));
    co_await round;
  }
  EXPECT_EQ(quick_ones, 6);
  EXPECT_EQ(slow_ones, 3);
  EXPECT_FALSE(quick.is_terminated());
}

TEST(Interval, LeavesNothingBehindWhereverItIsDropped) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  test::CountingWaker counter;
  Context cx(counter.waker());
  for (int polls = 0; polls < 6; ++polls) {
    auto ticks = interval(100ms);
    for (int i = 0; i < polls; ++i) {
      const bool ready = ticks.poll_next(cx).is_ready();
      EXPECT_EQ(ready, i % 3 == 0) << "poll " << i;  // ready, pending, pending once more
      EXPECT_EQ(reactor.waiting().timers, ready ? 0u : 1u);
      EXPECT_EQ(counter.kept() > 0, !ready);
      if (i % 3 == 2) reactor.wait();
    }
  }
  EXPECT_TRUE(reactor.waiting().nothing());
  EXPECT_EQ(counter.kept(), 0);
}

TEST(Interval, SaysWhatItsTaskWaitsForAndFollowsItToAnotherTask) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  test::CountingWaker first, second;
  Context one(first.waker()), other(second.waker());
  auto ticks = interval_at(reactor.now() + 1s, 1s);
  EXPECT_TRUE(ticks.poll_next(one).is_pending());
  EXPECT_EQ(one.reason().what, std::string("the next tick of an interval"));
  EXPECT_TRUE(ticks.poll_next(other).is_pending());
  reactor.wait();
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
}

std::string refusal(Duration period) {
  try {
    (void)interval(period);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "not refused";
}

TEST(Interval, RefusesAPeriodOfNothingAndAMoveAfterItsFirstPoll) {
  EXPECT_EQ(refusal(0ms), "interval: a period must be longer than nothing");
  EXPECT_EQ(refusal(-1ms), "interval: a period must be longer than nothing");
  EXPECT_EQ(interval(1ns).period(), 1ns);
  EXPECT_EQ(interval(1s).missed_ticks(), MissedTicks::burst);

  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  auto ticks = interval(1s);
  auto moved = std::move(ticks);
  EXPECT_TRUE(moved.poll_next(cx).is_ready());
  EXPECT_THROW(auto again = std::move(moved), std::logic_error);
  // NOLINTNEXTLINE(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  EXPECT_TRUE(moved.poll_next(cx).is_pending()) << "a refused move leaves it as it was";
}

ASYNC_TEST(Interval, ThatBeganAtTheBeginningOfTimeIsBackInStep) {
  for (const Duration period : {Duration(7s), Duration(100ms), Duration(1ns)}) {
    auto ticks = interval_at(Instant::min(), period, MissedTicks::skip);
    const auto missed = co_await next(ticks);
    EXPECT_EQ(missed, Instant::min());
    const Instant asked = Reactor::current().now();
    const auto tick = co_await next(ticks);
    EXPECT_GT(tick, asked);
    EXPECT_LE(*tick - asked, period) << "A tick comes within one period.";
  }
}

ASYNC_TEST(Interval, OfAllTimeTicksAgainAtItsEnd) {
  auto never_again = interval(Duration::max());
  const Instant start = Reactor::current().now();
  const auto first = co_await next(never_again);
  EXPECT_EQ(first, start);
  const auto second = co_await next(never_again);  // it was armed, fired and armed, without an end
  EXPECT_EQ(second, Instant::max());
}

ASYNC_TEST(Interval, ThatBeginsAtTheEndOfTimeTicksThere) {
  auto ticks = interval_at(Instant::max(), 1s);
  const auto first = co_await next(ticks);
  EXPECT_EQ(first, Instant::max());
}

ASYNC_TEST(Interval, DoesNotTakeATimerThatHasFiredForTheNextTick) {
  auto ticks = interval_at(Reactor::current().now() + 10ms, 10ms);
  const Instant start = Reactor::current().now();
  for (int i = 1; i <= 3; ++i) {
    (void)co_await next(ticks);
    EXPECT_EQ(Reactor::current().now() - start, i * 10ms);
  }
}

TEST(Interval, OutsideOfAnExecutorSaysThatItNeedsOne) {
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  auto ticks = interval(1s);
  EXPECT_THROW((void)ticks.poll_next(cx), std::logic_error);
}

TEST(Interval, KeepsTheContract) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  auto until_the_tick = [&] {
    if (!reactor.waiting().nothing()) reactor.wait();
  };
  auto untouched = [&] { return reactor.waiting().nothing(); };
  test::expect_contract(
      [&] { return test::subject(next(interval_at(reactor.now() + 10ms, 10ms)), until_the_tick); },
      {.untouched = untouched});
  test::expect_contract([&] { return test::subject(next(interval(10ms))); },
                        {.ready_at_once = true, .untouched = untouched});
}

}  // namespace interval_test
}  // namespace book
