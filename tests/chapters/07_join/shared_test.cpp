// shared(f): one future with many waiters. (Chapter 07)
#include "07_join/shared.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "02_timer_future/value_future.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/join_all.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace shared_test {

using test::CountingWaker;
using test::Door;
using test::Enter;

void open(const std::shared_ptr<Door>& door) {
  door->open = true;
  std::exchange(door->waiter, Waker()).wake();
}

TEST(Shared, GivesEachWaiterTheValueAndPollsTheInnerFutureOnce) {
  const auto door = std::make_shared<Door>();
  auto one = shared(Enter(door, 7));
  auto two = one.share();
  EXPECT_EQ(door->polls, 0) << "Making it does nothing.";
  CountingWaker first, second;
  Context cx1(first.waker()), cx2(second.waker());
  EXPECT_TRUE(one.poll(cx1).is_pending());
  EXPECT_TRUE(two.poll(cx2).is_pending());
  EXPECT_EQ(door->polls, 1) << "Nothing has happened since: the second one need not ask.";
  open(door);
  EXPECT_EQ(first.wakes(), 1);
  EXPECT_EQ(second.wakes(), 1);
  EXPECT_EQ(two.poll(cx2).value(), 7) << "It does not matter which of them comes first.";
  EXPECT_EQ(door->polls, 2);
  EXPECT_EQ(door->alive, 0) << "The inner future has ended: it goes at once.";
  EXPECT_EQ(one.poll(cx1).value(), 7);
  auto late = one.share();
  EXPECT_EQ(late.poll(cx1).value(), 7) << "Also one that comes behind the end.";
  EXPECT_EQ(first.kept() + second.kept(), 0);
}

TEST(Shared, GoesOnWhenTheWaiterThatPolledItGoes) {
  const auto door = std::make_shared<Door>();
  CountingWaker first, second;
  Context cx1(first.waker()), cx2(second.waker());
  auto stays = shared(Enter(door, 7));
  {
    auto goes = stays.share();
    EXPECT_TRUE(goes.poll(cx1).is_pending());
    EXPECT_TRUE(stays.poll(cx2).is_pending());
  }
  EXPECT_EQ(first.kept(), 0);
  open(door);
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(second.wakes(), 1);
  EXPECT_EQ(stays.poll(cx2).value(), 7);
}

TEST(Shared, TakesOverNewsThatTheWaiterWhoGoesHasNotRead) {
  const auto door = std::make_shared<Door>();
  CountingWaker first, second;
  Context cx1(first.waker()), cx2(second.waker());
  auto stays = shared(Enter(door, 7));
  {
    auto goes = stays.share();
    EXPECT_TRUE(goes.poll(cx1).is_pending());
    open(door);
  }
  EXPECT_EQ(stays.poll(cx2).value(), 7);
}

TEST(Shared, GivesEachWaiterTheException) {
  const auto door = std::make_shared<Door>();
  door->open = door->fails = true;
  auto one = shared(Enter(door, 7));
  auto two = one.share();
  EXPECT_THROW(block_on(std::move(one)), std::runtime_error);
  EXPECT_THROW(block_on(std::move(two)), std::runtime_error);
  EXPECT_EQ(door->polls, 1);
}

TEST(Shared, DropsTheInnerFutureWithItsLastWaiter) {
  const auto door = std::make_shared<Door>();
  CountingWaker waker;
  Context cx(waker.waker());
  {
    auto one = shared(Enter(door, 7));
    auto two = one.share();
    EXPECT_TRUE(two.poll(cx).is_pending());
    EXPECT_EQ(door->alive, 1);
  }
  EXPECT_EQ(door->alive, 0);
  EXPECT_EQ(waker.kept(), 0);
}

TEST(Shared, IsPendingWhenTheInnerFutureWakesItself) {
  CountingWaker first, second;
  Context cx1(first.waker()), cx2(second.waker());
  auto one = shared(yield_now());
  auto two = one.share();
  EXPECT_TRUE(one.poll(cx1).is_pending()) << "It wakes its task, and says pending: no loop.";
  EXPECT_EQ(first.wakes(), 1);
  EXPECT_TRUE(two.poll(cx2).is_ready());
  EXPECT_TRUE(one.poll(cx1).is_ready());
}

TEST(Shared, KeepsNothingOfWaitersThatComeAndGo) {
  const auto door = std::make_shared<Door>();
  CountingWaker waker;
  Context cx(waker.waker());
  const auto page = shared(Enter(door, 7));
  for (int i = 0; i < 1000; ++i) {
    auto waiter = page.share();
    EXPECT_TRUE(waiter.poll(cx).is_pending());
  }
  EXPECT_EQ(waker.kept(), 0);
}

TEST(Shared, SaysSoWhenItAwaitsItself) {
  std::optional<Shared<Async<int>>> knot;
  auto body = [](std::optional<Shared<Async<int>>>& self) -> Async<int> {
    auto again = self->share();
    const int value = co_await again;
    co_return value;
  };
  knot.emplace(shared(body(knot)));
  EXPECT_THROW(block_on(*knot), std::logic_error);
}

ASYNC_TEST(Shared, IsBegunOnceForManyTasks) {
  int downloads = 0;
  auto download = [](int& count) -> Async<std::string> {
    ++count;
    co_await sleep(std::chrono::milliseconds(10));
    co_return "page";
  };
  const auto page = shared(download(downloads));
  auto length = [](Shared<Async<std::string>> text) -> Async<std::size_t> {
    const std::string read = co_await text;
    co_return read.size();
  };
  std::vector<Async<std::size_t>> waiters;
  for (int i = 0; i < 10; ++i) waiters.push_back(length(page.share()));
  const std::vector<std::size_t> sizes = co_await join_all(waiters);
  EXPECT_EQ(sizes, std::vector<std::size_t>(10, 4));
  EXPECT_EQ(downloads, 1);
}

TEST(Shared, MayBeWokenFromAnotherThread) {
  Executor executor;
  for (int round = 0; round < 200; ++round) {
    auto [setter, future] = make_value_future<int>();
    auto one = shared(std::move(future));
    std::vector<Shared<ValueFuture<int>>> waiters;
    for (int i = 0; i < 4; ++i) waiters.push_back(one.share());
    const Reactor::OutsideWork thread(executor.reactor());
    std::thread other([s = std::move(setter)]() mutable { s.set_value(7); });
    EXPECT_EQ(executor.block_on(join_all(waiters)), std::vector<int>(4, 7));
    other.join();
  }
}

TEST(Shared, KeepsTheContract) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(shared(Enter(door, 7)), [door] { open(door); });
      },
      {}, [](int value) { return value == 7; });
  test::expect_contract([] { return test::subject(shared(ready(7))); }, {.ready_at_once = true});
  test::expect_contract([] { return test::subject(shared(yield_now())); }, {.wakes_itself = true});
}

}  // namespace shared_test
}  // namespace book
