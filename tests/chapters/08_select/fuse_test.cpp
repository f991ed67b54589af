// Fuse: a future that knows when it has ended, and can be set again. (Chapter 08)
#include "08_select/fuse.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "chapters/08_select/doors.h"
#include "support/counting_waker.h"
#include "support/drop_counter.h"

namespace book {
namespace fuse_test {

using namespace std::chrono_literals;
using test::broken_door;
using test::door;
using test::Enter;
using test::poll_once;

Async<int> holds(test::DropCounter::Token, int value) {
  co_await yield_now();
  co_return value;
}

TEST(Fuse, StandsInAPipeToo) {
  auto seven = ready(7) | fuse();
  EXPECT_FALSE(seven.is_terminated());
  EXPECT_EQ(block_on(seven), 7);
  EXPECT_TRUE(seven.is_terminated());
}

TEST(Fuse, PassesItsFuturesValueOn) { EXPECT_EQ(block_on(fuse(ready(3))), 3); }

TEST(Fuse, IsTerminatedOnceItsFutureHasEnded) {
  auto future = fuse(yield_now());
  EXPECT_FALSE(future.is_terminated());
  EXPECT_TRUE(poll_once(future).is_pending());
  EXPECT_FALSE(future.is_terminated());
  EXPECT_TRUE(poll_once(future).is_ready());
  EXPECT_TRUE(future.is_terminated());
}

TEST(Fuse, IsPendingForEverAfterItsEnd) {
  auto future = fuse(ready(3));
  EXPECT_TRUE(poll_once(future).is_ready());
  EXPECT_TRUE(poll_once(future).is_pending());
  EXPECT_TRUE(poll_once(future).is_pending());
}

TEST(Fuse, SaysWhyItIsPendingAfterItsEnd) {
  try {
    block_on(Fuse<Ready<void>>::terminated());
    FAIL() << "nobody can wake it";
  } catch (const Deadlock& deadlock) {
    EXPECT_NE(std::string(deadlock.what()).find("a fused future that has ended, or was never set"),
              std::string::npos)
        << deadlock.what();
  }
}

TEST(Fuse, KeepsNoWakerAfterItsEnd) {
  test::CountingWaker counter;
  Context cx(counter.waker());
  auto future = Fuse<Ready<int>>::terminated();
  EXPECT_TRUE(future.poll(cx).is_pending());
  EXPECT_EQ(counter.kept(), 0);
}

TEST(Fuse, MayBeginTerminatedAndBeSetLater) {
  auto future = Fuse<Ready<int>>::terminated();
  EXPECT_TRUE(future.is_terminated());
  EXPECT_TRUE(poll_once(future).is_pending());
  future.set(ready(8));
  EXPECT_FALSE(future.is_terminated());
  EXPECT_EQ(poll_once(future).value(), 8);
}

TEST(Fuse, DropsItsFutureAsSoonAsItHasEnded) {
  test::DropCounter drops;
  auto sleeps = [](test::DropCounter::Token) -> Async<> { co_await yield_now(); };
  auto future = fuse(sleeps(drops.token()) | map([token = drops.token()] { (void)token; }));
  EXPECT_TRUE(poll_once(future).is_pending());
  EXPECT_EQ(drops.live(), 2);
  EXPECT_TRUE(poll_once(future).is_ready());
  EXPECT_EQ(drops.live(), 0);
}

TEST(Fuse, DropsTheOldFutureWhenItIsSet) {
  test::DropCounter old_ones, new_ones;
  auto future = fuse(holds(old_ones.token(), 1));
  EXPECT_TRUE(poll_once(future).is_pending());
  future.set(holds(new_ones.token(), 2));
  EXPECT_EQ(old_ones.live(), 0);
  EXPECT_EQ(new_ones.live(), 1);
  EXPECT_TRUE(poll_once(future).is_pending());
  EXPECT_EQ(poll_once(future).value(), 2);
}

TEST(Fuse, IsTerminatedAfterAnException) {
  const auto broken = broken_door();
  test::open(broken);
  auto future = fuse(Enter(broken, 1));
  EXPECT_THROW((void)poll_once(future), std::runtime_error);
  EXPECT_TRUE(future.is_terminated());
  broken->fails = false;
  future.set(Enter(broken, 2));
  EXPECT_EQ(poll_once(future).value(), 2);
}

TEST(Fuse, BorrowsANamedFuture) {
  const auto shut = door();
  Enter future(shut, 5);
  {
    auto fused = fuse(future);
    static_assert(std::is_same_v<decltype(fused), Fuse<Enter&>>);
    EXPECT_TRUE(poll_once(fused).is_pending());
  }
  test::open(shut);
  EXPECT_EQ(poll_once(future).value(), 5);
}

TEST(Fuse, OfAFutureThatKnowsItsEndKnowsItToo) {
  auto inner = Fuse<Ready<int>>::terminated();
  EXPECT_TRUE(fuse(inner).is_terminated());
}

TEST(Fuse, RefusesToMoveOnceItWasPolled) {
  auto future = fuse(sleep(1h));
  auto moved = std::move(future);
  EXPECT_FALSE(moved.is_terminated());
  auto polled = fuse(ready(1));
  EXPECT_TRUE(poll_once(polled).is_ready());
  EXPECT_THROW((void)decltype(polled)(std::move(polled)), std::logic_error);
}

TEST(Fuse, CanBeDroppedAfterEveryPoll) {
  for (int polls = 0; polls <= 3; ++polls) {
    test::DropCounter drops;
    {
      auto future = fuse(holds(drops.token(), 1));
      for (int i = 0; i < polls; ++i) (void)poll_once(future);
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

}  // namespace fuse_test
}  // namespace book
