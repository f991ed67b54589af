// Tests of exercise 1: the four functions of a waker, each by what it does to the counts.
#include "exercise/doorbell.h"

#include <gtest/gtest.h>

#include <utility>

#include "02_timer_future/value_future.h"

namespace book {
namespace {

TEST(Doorbell, AWakerThatIsDestroyedIsAnOwnerNoMore) {
  Doorbell bell;
  {
    Waker waker = waker_of(bell);
    ASSERT_EQ(bell.owners, 1);
  }
  EXPECT_EQ(bell.owners, 0)
      << "The only waker was destroyed, and the bell still counts an owner. The destructor of a "
         "Waker calls `drop`: there one owner goes.";
  EXPECT_EQ(bell.rings, 0) << "A waker that is dropped wakes nobody.";
}

TEST(Doorbell, ACopyIsOneOwnerMore) {
  Doorbell bell;
  Waker waker = waker_of(bell);
  Waker copy = waker;
  EXPECT_EQ(bell.owners, 2)
      << "A waker was copied, and the bell did not notice. Copying a Waker calls `clone`: a real "
         "waker that forgets to count here is freed under somebody's hands.";
  EXPECT_EQ(bell.rings, 0) << "A copy wakes nobody.";
}

TEST(Doorbell, WakeByRefRingsAndStaysAnOwner) {
  Doorbell bell;
  Waker waker = waker_of(bell);
  waker.wake_by_ref();
  EXPECT_EQ(bell.rings, 1) << "wake_by_ref was called, and the bell did not ring once.";
  EXPECT_EQ(bell.owners, 1)
      << "wake_by_ref gave its owner up, but the waker is still there and will be dropped one day. "
         "Only `wake` uses the waker up.";
}

TEST(Doorbell, WakeRingsAndGivesItsOwnerUp) {
  Doorbell bell;
  Waker waker = waker_of(bell);
  Waker copy = waker;
  std::move(copy).wake();
  EXPECT_EQ(bell.rings, 1) << "wake was called, and the bell did not ring once.";
  EXPECT_EQ(bell.owners, 1)
      << "One of two wakers was used up by wake(), so one owner is left. `wake` is wake_by_ref and "
         "drop in one: nobody calls `drop` for this waker any more.";
}

TEST(Doorbell, ServesARealFuture) {
  Doorbell bell;
  {
    auto [setter, future] = make_value_future<int>();
    Waker waker = waker_of(bell);
    Context cx(waker);
    ASSERT_TRUE(future.poll(cx).is_pending());
    EXPECT_EQ(bell.owners, 2) << "Ours, and the one that the future keeps.";
    setter.set_value(7);
    EXPECT_EQ(bell.rings, 1) << "The value was set: the future's waker has to ring.";
    EXPECT_EQ(bell.owners, 1) << "The future's waker was used up when it rang.";
    EXPECT_EQ(future.poll(cx).value(), 7);
  }
  EXPECT_EQ(bell.owners, 0) << "Everything is gone; every owner has to be, too.";
}

}  // namespace
}  // namespace book
