#include "common/waker.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

#include "support/counting_waker.h"

namespace book {
namespace waker_test {

using test::CountingWaker;

TEST(Waker, CopyingClonesAndDestroyingDrops) {
  CountingWaker counter;
  {
    Waker copy = counter.waker();
    EXPECT_EQ(counter.kept(), 1);
    Waker another = copy;
    EXPECT_EQ(counter.kept(), 2);
  }
  EXPECT_EQ(counter.kept(), 0);
  EXPECT_EQ(counter.wakes(), 0);
}

TEST(Waker, MovingPassesItOnWithoutCounting) {
  static_assert(std::is_nothrow_move_constructible_v<Waker>);
  CountingWaker counter;
  Waker first = counter.waker();
  Waker second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  EXPECT_EQ(counter.clones(), 1);
  first.wake_by_ref();  // empty: wakes nobody
  EXPECT_EQ(counter.wakes(), 0);
}

TEST(Waker, AssigningDropsWhatWasThere) {
  CountingWaker first, second;
  Waker waker = first.waker();
  waker = second.waker();
  EXPECT_EQ(first.kept(), 0);
  EXPECT_EQ(second.kept(), 1);
  waker = *&waker;
  EXPECT_EQ(second.kept(), 1);
  waker = Waker();
  EXPECT_EQ(second.kept(), 0);
}

// Clang 14 forgets the destructor of {} as an argument by value, in a member of a class template.
template <class T>
struct Slot {
  void clear() { slot = {}; }
  T& slot;
};

TEST(Waker, AssigningNothingDropsWhatWasThereInATemplateToo) {
  CountingWaker counter;
  Waker waker = counter.waker();
  Slot<Waker>{waker}.clear();
  EXPECT_EQ(counter.kept(), 0);
}

TEST(Waker, WakingUsesItUpAndWakingByReferenceDoesNot) {
  CountingWaker counter;
  Waker waker = counter.waker();
  waker.wake_by_ref();
  waker.wake_by_ref();
  EXPECT_EQ(counter.wakes(), 2);
  EXPECT_EQ(counter.kept(), 1);
  std::move(waker).wake();
  EXPECT_EQ(counter.wakes(), 3);
  EXPECT_EQ(counter.kept(), 0);
  EXPECT_FALSE(waker);
  std::move(waker).wake();
  EXPECT_EQ(counter.wakes(), 3);
}

TEST(Waker, KnowsWhetherAnotherWouldWakeTheSameTask) {
  CountingWaker one, other;
  const Waker copy = one.waker();
  EXPECT_TRUE(copy.will_wake(one.waker()));
  EXPECT_FALSE(copy.will_wake(other.waker()));
  EXPECT_FALSE(copy.will_wake(Waker()));
  EXPECT_FALSE(Waker().will_wake(Waker::noop()));
  EXPECT_EQ(copy.data(), one.waker().data());
}

TEST(Waker, TheOneThatDoesNothingCanBeCopiedAndWoken) {
  Waker noop = Waker::noop();
  Waker copy = noop;
  noop.wake_by_ref();
  std::move(copy).wake();
  EXPECT_TRUE(noop);
}

TEST(Context, StoresItsWakerOnceAndSaysWhy) {
  CountingWaker counter;
  Context cx(counter.waker());
  Waker slot;
  EXPECT_EQ(cx.reason().what, nullptr);
  for (int i = 0; i < 3; ++i) cx.store(slot, "reading fd", 7);
  EXPECT_EQ(counter.clones(), 1);
  EXPECT_STREQ(cx.reason().what, "reading fd");
  EXPECT_EQ(cx.reason().number, 7);
  cx.store(slot, "a timer");
  EXPECT_EQ(cx.reason().number, -1);
}

TEST(Context, TheWakerOfTheLatestPollReplacesTheOneBefore) {
  CountingWaker first, second;
  Waker slot;
  Context(first.waker()).store(slot, "news");
  Context(second.waker()).store(slot, "news");
  EXPECT_EQ(first.kept(), 0);
  EXPECT_EQ(second.kept(), 1);
}

}  // namespace waker_test
}  // namespace book
