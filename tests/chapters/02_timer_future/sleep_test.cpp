#include "02_timer_future/sleep.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "02_timer_future/lone_task.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace sleep_test {

using namespace std::chrono_literals;
using test::CountingWaker;

static_assert(Future<Sleep>);
static_assert(std::is_move_constructible_v<Sleep> && !std::is_copy_constructible_v<Sleep>);
static_assert(!std::is_move_assignable_v<Sleep>);
static_assert(sizeof(Sleep) <= 64, "a sleeping task is to stay small");

class SleepTest : public testing::Test {
 protected:
  bool poll(Sleep& timer) {
    Context cx(task.waker());
    return timer.poll(cx).is_ready();
  }

  Reactor reactor{TimeMode::virtual_time};
  Reactor::Scope current{reactor};
  CountingWaker task;
};

TEST_F(SleepTest, KeepsTheContract) {
  test::expect_contract(
      [&] {
        return test::subject(sleep(10ms), [&] {
          if (!reactor.waiting().nothing()) reactor.wait();
        });
      },
      {.untouched = [&] { return reactor.waiting().nothing(); }});
}

TEST_F(SleepTest, KeepsTheContractForAPointInTime) {
  test::expect_contract(
      [&] {
        return test::subject(sleep_until(reactor.now() + 10ms), [&] {
          if (!reactor.waiting().nothing()) reactor.wait();
        });
      },
      {.untouched = [&] { return reactor.waiting().nothing(); }});
}

TEST_F(SleepTest, KeepsTheContractWhenThereIsNothingToWaitFor) {
  const test::ContractOptions at_once{.ready_at_once = true,
                                      .untouched = [&] { return reactor.waiting().nothing(); }};
  test::expect_contract([] { return test::subject(sleep(0ms)); }, at_once);
  test::expect_contract([] { return test::subject(sleep(-1h)); }, at_once);
  test::expect_contract([] { return test::subject(sleep(Duration::min())); }, at_once);
  test::expect_contract([&] { return test::subject(sleep_until(reactor.now())); }, at_once);
  test::expect_contract([&] { return test::subject(sleep_until(Instant::min())); }, at_once);
}

TEST_F(SleepTest, IsReadyAtItsDeadlineAndNotBefore) {
  const Instant start = reactor.now();
  LoneTask lone(reactor);
  lone.run_until_ready(sleep(250ms));
  EXPECT_EQ(reactor.now() - start, 250ms);
  lone.run_until_ready(sleep(1500us));  // ticks are of a millisecond: never early, so the next one
  EXPECT_EQ(reactor.now() - start, 252ms);
  lone.run_until_ready(sleep_until(start + 1h));
  EXPECT_EQ(reactor.now() - start, 1h);
}

TEST_F(SleepTest, CountsFromItsMakingAndNotFromItsFirstPoll) {
  const Instant start = reactor.now();
  LoneTask lone(reactor);
  Sleep early = sleep(100ms);
  lone.run_until_ready(sleep(60ms));
  lone.run_until_ready(early);
  EXPECT_EQ(reactor.now() - start, 100ms);
}

TEST_F(SleepTest, PolledFirstWhenItsTimeIsLongOverItMakesNobodyWait) {
  const Instant start = reactor.now();
  LoneTask lone(reactor);
  Sleep early = sleep(10ms);
  Sleep until = sleep_until(start + 10ms);
  lone.run_until_ready(sleep(60ms));
  EXPECT_TRUE(poll(until));
  lone.run_until_ready(early);
  EXPECT_EQ(reactor.now() - start, 60ms);
}

TEST_F(SleepTest, FiresInTheOrderOfDeadlines) {
  CountingWaker tasks[3];
  std::vector<int> order;
  std::vector<Sleep> timers;
  timers.reserve(3);
  const Duration waits[] = {30ms, 10ms, 20ms};
  for (int i = 0; i < 3; ++i) {
    tasks[i].on_wake([&order, i] { order.push_back(i); });
    timers.push_back(sleep(waits[i]));
    Context cx(tasks[i].waker());
    ASSERT_TRUE(timers.back().poll(cx).is_pending());
  }
  while (!reactor.waiting().nothing()) reactor.wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 0}));
}

TEST_F(SleepTest, DestroyingItDisarmsIt) {
  {
    Sleep timer = sleep(10ms);
    ASSERT_FALSE(poll(timer));
    EXPECT_EQ(reactor.waiting().timers, 1u);
    EXPECT_EQ(task.kept(), 1);
  }
  EXPECT_EQ(reactor.waiting().timers, 0u);
  EXPECT_EQ(task.kept(), 0);
}

TEST_F(SleepTest, MovedBeforeItsFirstPollItKeepsItsDeadline) {
  const Instant start = reactor.now();
  LoneTask lone(reactor);
  Sleep timer = sleep(100ms);
  lone.run_until_ready(sleep(40ms));
  Sleep moved = std::move(timer);
  lone.run_until_ready(moved);
  EXPECT_EQ(reactor.now() - start, 100ms);
}

TEST_F(SleepTest, AVeryLongWaitIsNoShortOne) {
  for (Duration wait : {Duration::max(), Duration::max() - 1ns, Duration(24h) * 365 * 100}) {
    Sleep timer = sleep(wait);
    EXPECT_FALSE(poll(timer));
    EXPECT_EQ(reactor.waiting().timers, 1u);
  }
  Sleep forever = sleep_until(Instant::max());
  EXPECT_FALSE(poll(forever));
}

TEST_F(SleepTest, OutlivesItsReactor) {
  auto other = std::make_unique<Reactor>(TimeMode::virtual_time);
  std::optional<Sleep> timer;
  {
    Reactor::Scope scope(*other);
    timer.emplace(sleep(10ms));
    ASSERT_FALSE(poll(*timer));
  }
  other.reset();
  EXPECT_EQ(task.kept(), 0);
  timer.reset();
}

TEST(SleepWithoutAReactor, CountsFromItsFirstPoll) {
  Sleep timer = sleep(100ms);
  Sleep none = sleep(0ms);
  Sleep never = sleep(Duration::max());
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  LoneTask lone(reactor);
  lone.run_until_ready(sleep(30ms));
  const Instant start = reactor.now();
  lone.run_until_ready(timer);
  EXPECT_EQ(reactor.now() - start, 100ms);
  lone.run_until_ready(none);
  EXPECT_EQ(reactor.now() - start, 100ms);
  EXPECT_TRUE(lone.poll_once(never).is_pending());
}

TEST(SleepWithoutAReactor, CanNotBePolled) {
  CountingWaker task;
  Context cx(task.waker());
  Sleep timer = sleep(1ms);
  EXPECT_THROW((void)timer.poll(cx), std::logic_error);
  EXPECT_EQ(task.kept(), 0);
}

TEST(SleepInRealTime, IsNeverEarly) {
  Reactor reactor;
  Reactor::Scope current(reactor);
  LoneTask lone(reactor);
  for (Duration wait : {Duration(1ns), Duration(999us), Duration(1ms), Duration(2500us)}) {
    const Instant start = reactor.now();
    lone.run_until_ready(sleep(wait));
    EXPECT_GE(reactor.now() - start, wait);
  }
}

TEST(SleepInRealTime, MayBeDestroyedOnAnotherThreadWhileItFires) {
  Reactor reactor;
  Reactor::Scope current(reactor);
  LoneTask lone(reactor);
  for (int round = 0; round < 20; ++round) {
    auto timers = std::make_unique<std::vector<Sleep>>();
    timers->reserve(50);
    CountingWaker task;
    Context cx(task.waker());
    for (int i = 0; i < 50; ++i) {
      timers->push_back(sleep(1ms));
      (void)timers->back().poll(cx);
    }
    std::jthread destroyer([timers = std::move(timers)]() mutable { timers.reset(); });
    lone.run_until_ready(sleep(1ms));
    destroyer.join();
    EXPECT_EQ(task.kept(), 0);
  }
  EXPECT_TRUE(reactor.waiting().nothing());
}

TEST(Sleep, ThatIsFirstPolledAfterItsDeadlineIsReadyAtOnce) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  Sleep late = sleep(10ms);
  Timer meanwhile;
  reactor.arm(meanwhile, reactor.now() + 50ms, Waker::noop());
  reactor.wait();
  const Waker waker = Waker::noop();
  Context cx(waker);
  EXPECT_TRUE(late.poll(cx).is_ready())
      << "40 ms over its deadline, and pending once more: a biased select passes over it";
}

}  // namespace sleep_test
}  // namespace book
