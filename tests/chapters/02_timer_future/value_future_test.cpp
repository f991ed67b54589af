#include "02_timer_future/value_future.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "02_timer_future/lone_task.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/drop_counter.h"

namespace book {
namespace value_future_test {

using test::CountingWaker;

static_assert(Future<ValueFuture<int>>);
static_assert(!std::is_copy_constructible_v<ValueSetter<int>>);

TEST(ValueFuture, KeepsTheContract) {
  test::expect_contract(
      [] {
        auto [setter, future] = make_value_future<std::string>();
        auto shared = std::make_shared<ValueSetter<std::string>>(std::move(setter));
        return test::subject(std::move(future), [shared] { shared->set_value("here"); });
      },
      {}, [](const std::string& value) { return value == "here"; });
}

TEST(ValueFuture, KeepsTheContractWhenTheValueIsThereAlready) {
  test::expect_contract(
      [] {
        auto [setter, future] = make_value_future<int>();
        setter.set_value(7);
        return test::subject(std::move(future));
      },
      {.ready_at_once = true}, [](int value) { return value == 7; });
}

TEST(ValueFuture, KeepsTheContractWhenItsSetterGoesAway) {
  test::expect_contract(
      [] {
        auto [setter, future] = make_value_future<int>();
        auto shared = std::make_shared<std::optional<ValueSetter<int>>>(std::move(setter));
        return test::subject(std::move(future), [shared] { shared->reset(); });
      },
      {.throws = true});
}

TEST(ValueFuture, WakesTheTaskThatPolledLast) {
  CountingWaker first;
  CountingWaker second;
  auto [setter, future] = make_value_future<int>();
  for (CountingWaker* task : {&first, &second}) {
    Context cx(task->waker());
    ASSERT_TRUE(future.poll(cx).is_pending());
  }
  setter.set_value(7);
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
}

TEST(ValueFuture, TheWokenTaskMayPollInsideTheWake) {
  CountingWaker task;
  auto [setter, future] = make_value_future<int>();
  std::optional<int> seen;
  task.on_wake([&, &future = future] {
    Context cx(task.waker());
    seen = future.poll(cx).value();  // on this very thread: a lock still held would hang here
  });
  Context cx(task.waker());
  ASSERT_TRUE(future.poll(cx).is_pending());
  setter.set_value(7);
  EXPECT_EQ(seen, 7);
}

TEST(ValueFuture, SettingTwiceIsACallersBug) {
  auto [setter, future] = make_value_future<int>();
  setter.set_value(1);
  EXPECT_THROW(setter.set_value(2), std::logic_error);
}

TEST(ValueFuture, ASetterThatIsLostIsToldToTheOneWhoWaits) {
  Reactor reactor;
  LoneTask task(reactor);
  auto [setter, future] = make_value_future<int>();
  { ValueSetter<int> lost = std::move(setter); }
  try {
    task.run_until_ready(future);
    FAIL() << "an exception was expected";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "ValueFuture: its setter is gone, unset");
  }
}

TEST(ValueFuture, AValueThatNobodyFetchesIsDestroyed) {
  test::DropCounter values;
  {
    auto [setter, future] = make_value_future<test::DropCounter::Token>();
    setter.set_value(values.token());
    EXPECT_EQ(values.live(), 1);
  }
  EXPECT_EQ(values.live(), 0);
  {
    auto [setter, future] = make_value_future<test::DropCounter::Token>();
    { auto gone = std::move(future); }
    setter.set_value(values.token());  // into the void, harmlessly
  }
  EXPECT_EQ(values.live(), 0);
}

TEST(ValueFuture, CarriesWhatCanOnlyBeMoved) {
  Reactor reactor;
  LoneTask task(reactor);
  auto [setter, future] = make_value_future<std::unique_ptr<int>>();
  setter.set_value(std::make_unique<int>(7));
  EXPECT_EQ(*task.run_until_ready(future), 7);
}

TEST(ValueFuture, NoWakeIsLostBetweenTwoThreads) {
  Reactor reactor;
  for (int round = 0; round < 2'000; ++round) {
    LoneTask task(reactor);
    auto [setter, future] = make_value_future<int>();
    std::thread thread([round, setter = std::move(setter)]() mutable { setter.set_value(round); });
    EXPECT_EQ(task.run_until_ready(future), round);
    thread.join();
  }
}

TEST(ValueFuture, MayBeDestroyedWhileItIsSet) {
  for (int round = 0; round < 2'000; ++round) {
    CountingWaker task;
    {
      auto pair = std::make_unique<ValuePair<int>>(make_value_future<int>());
      Context cx(task.waker());
      ASSERT_TRUE(pair->future.poll(cx).is_pending());
      std::thread thread([setter = std::move(pair->setter)]() mutable { setter.set_value(1); });
      pair.reset();
      thread.join();
    }
    EXPECT_EQ(task.kept(), 0);
  }
}

}  // namespace value_future_test
}  // namespace book
