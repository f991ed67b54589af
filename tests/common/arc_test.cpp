#include "common/arc.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "common/arc_wake.h"
#include "support/drop_counter.h"

namespace book {
namespace arc_test {

struct Shared : RefCounted<Shared> {
  explicit Shared(test::DropCounter::Token t, int v = 0) : token(std::move(t)), value(v) {}
  test::DropCounter::Token token;
  int value;
};

TEST(Arc, TheLastOwnerDeletesTheObject) {
  test::DropCounter counter;
  Arc<Shared> first = make_arc<Shared>(counter.token(), 5);
  Arc<Shared> second = first;
  EXPECT_EQ(first->owners(), 2u);
  EXPECT_EQ(second->value, 5);
  first = nullptr;
  EXPECT_EQ(counter.live(), 1);
  EXPECT_FALSE(first);
  second = nullptr;
  EXPECT_EQ(counter.live(), 0);
}

TEST(Arc, MovingCountsNothing) {
  test::DropCounter counter;
  Arc<Shared> first = make_arc<Shared>(counter.token());
  Arc<Shared> second = std::move(first);
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(second->owners(), 1u);
  second = *&second;
  EXPECT_EQ(second->owners(), 1u);
}

TEST(Arc, LeakAndAdoptCarryAnOwnerThroughAPointer) {
  test::DropCounter counter;
  Shared* raw = make_arc<Shared>(counter.token()).leak();
  EXPECT_EQ(counter.live(), 1);
  const Arc<Shared> shared = Arc<Shared>::share(raw);
  EXPECT_EQ(raw->owners(), 2u);
  const Arc<Shared> adopted = Arc<Shared>::adopt(raw);
  EXPECT_EQ(raw->owners(), 2u);
  EXPECT_EQ(shared, adopted);
  EXPECT_EQ(&*shared, raw);
}

TEST(Arc, IsOnePointerWide) { EXPECT_EQ(sizeof(Arc<Shared>), sizeof(void*)); }

TEST(Arc, OwnersOnManyThreadsDeleteOnce) {
  test::DropCounter counter;
  std::vector<std::thread> threads;
  {
    Arc<Shared> shared = make_arc<Shared>(counter.token());
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([mine = shared] {
        for (int k = 0; k < 10'000; ++k) Arc<Shared> copy = mine;
      });
    }
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  EXPECT_EQ(counter.live(), 0);
}

struct Bell : RefCounted<Bell> {
  explicit Bell(test::DropCounter::Token t) : token(std::move(t)) {}
  static void wake_by_ref(const Arc<Bell>& self) { ++self->rung; }
  test::DropCounter::Token token;
  int rung = 0;
};

TEST(ArcWake, MakesAWakerOfASharedObject) {
  test::DropCounter counter;
  Arc<Bell> bell = make_arc<Bell>(counter.token());
  Waker waker = into_waker(bell);
  EXPECT_EQ(bell->owners(), 2u);
  waker.wake_by_ref();
  EXPECT_EQ(bell->rung, 1);
  EXPECT_EQ(bell->owners(), 2u);
  Waker copy = waker;
  EXPECT_TRUE(copy.will_wake(waker));
  EXPECT_EQ(bell->owners(), 3u);
  std::move(copy).wake();
  EXPECT_EQ(bell->rung, 2);
  EXPECT_EQ(bell->owners(), 2u);
}

TEST(ArcWake, AWakerKeepsItsObjectAlive) {
  test::DropCounter counter;
  Waker waker = into_waker(make_arc<Bell>(counter.token()));
  EXPECT_EQ(counter.live(), 1);
  waker.wake_by_ref();
  std::move(waker).wake();
  EXPECT_EQ(counter.live(), 0);
}

}  // namespace arc_test
}  // namespace book
