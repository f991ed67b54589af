#include "common/atomic_waker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "support/counting_waker.h"
#include "support/thread_parker.h"

namespace book {
namespace atomic_waker_test {

using test::CountingWaker;
using test::ThreadParker;

TEST(AtomicWaker, WakesTheWakerThatIsStoredOnce) {
  CountingWaker task;
  AtomicWaker slot;
  slot.wake();  // nobody there: nothing happens
  slot.store(task.waker());
  slot.wake();
  slot.wake();
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(task.kept(), 0);
}

TEST(AtomicWaker, TheLatestWakerCounts) {
  CountingWaker first, second;
  AtomicWaker slot;
  slot.store(first.waker());
  slot.store(second.waker());
  slot.wake();
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(first.kept(), 0);
  EXPECT_EQ(second.wakes(), 1);
}

TEST(AtomicWaker, StoringTheSameTaskAgainMakesNoCopy) {
  static int clones = 0;
  static constexpr WakerVTable vtable{[](void*) { ++clones; }, [](void*) {}, [](void*) {},
                                      [](void*) {}};
  const Waker waker(nullptr, &vtable);
  AtomicWaker slot;
  slot.store(waker);
  slot.store(waker);
  EXPECT_TRUE(slot.store_unless_taken(waker).accepted);
  EXPECT_EQ(clones, 1);
}

TEST(AtomicWaker, LeavesAnothersWakerAloneWhenAskedTo) {
  CountingWaker first, second;
  AtomicWaker slot;
  auto stored = slot.store_unless_taken(first.waker());
  EXPECT_TRUE(stored.accepted);
  EXPECT_EQ(stored.gained, 1);
  stored = slot.store_unless_taken(second.waker());
  EXPECT_FALSE(stored.accepted);
  EXPECT_EQ(stored.gained, 0);
  slot.wake();
  EXPECT_EQ(first.wakes(), 1);
  EXPECT_EQ(second.wakes(), 0);
}

TEST(AtomicWaker, ForgetsOnlyTheWakerOfTheTaskThatAsks) {
  CountingWaker first, second;
  AtomicWaker slot;
  slot.store(first.waker());
  EXPECT_FALSE(slot.forget(second.waker()));
  EXPECT_EQ(first.kept(), 1);
  EXPECT_TRUE(slot.forget(first.waker()));
  EXPECT_EQ(first.kept(), 0);
  EXPECT_FALSE(slot.forget(first.waker()));
  slot.wake();
  EXPECT_EQ(first.wakes(), 0);
}

TEST(AtomicWaker, DropsItsWakerWithItself) {
  CountingWaker task;
  {
    AtomicWaker slot;
    slot.store(task.waker());
    EXPECT_EQ(task.kept(), 1);
  }
  EXPECT_EQ(task.kept(), 0);
  EXPECT_EQ(task.wakes(), 0);
}

// The copying of the waker is the one moment of a store at which a test can step in.

TEST(AtomicWaker, AWakeInTheMiddleOfAStoreFiresTheNewWaker) {
  AtomicWaker slot;
  CountingWaker task;
  task.on_clone([&] { slot.wake(); });
  const auto stored = slot.store_unless_taken(task.waker());
  EXPECT_TRUE(stored.accepted);
  EXPECT_EQ(stored.gained, 0);
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(task.kept(), 0);
  slot.wake();
  EXPECT_EQ(task.wakes(), 1);
}

TEST(AtomicWaker, AStoreInTheMiddleOfAStoreWakesInsteadOfWaiting) {
  AtomicWaker slot;
  CountingWaker task, other;
  task.on_clone([&] { slot.store(other.waker()); });
  slot.store(task.waker());
  EXPECT_EQ(other.wakes(), 1);
  EXPECT_EQ(other.kept(), 0);
  slot.wake();
  EXPECT_EQ(task.wakes(), 1);
}

TEST(AtomicWaker, ForgettingInTheMiddleOfAStoreDoesNothing) {
  AtomicWaker slot;
  CountingWaker task;
  task.on_clone([&] { EXPECT_FALSE(slot.forget(task.waker())); });
  slot.store(task.waker());
  EXPECT_EQ(task.kept(), 1);
}

TEST(AtomicWaker, ADropMayUseTheSlotAgain) {
  static AtomicWaker slot;
  static constexpr WakerVTable vtable{[](void*) {}, [](void*) {}, [](void*) {},
                                      [](void*) { slot.wake(); }};
  const Waker meddler(nullptr, &vtable);
  CountingWaker next;
  slot.store(meddler);
  slot.store(next.waker());  // drops the first, whose drop wakes the slot
  EXPECT_EQ(next.wakes(), 1);
}

// Every interleaving of one sleeper and two wakers. The steps are those of atomic_waker.h: each
// touches the state word once, and the state word is all that they share besides the news, so what
// holds for all orders of these steps holds for the real thing.
class AllInterleavings {
 public:
  enum State { empty, storing, storing_woken, stored, taking };
  struct World {
    State state = empty;
    int news = 0;                        // written by the wakers
    int seen = 0;                        // the sleeper's last look
    bool woken = false;                  // the sleeper was fired, and will poll again
    int sleeper = 0, waker[2] = {0, 0};  // program counters
    // It takes the 0 of its own comparison for a pointer. NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const World&) const = default;
  };

  int run() {
    explore(World{});
    return static_cast<int>(known_.size());
  }

 private:
  static constexpr int kDone = 9;

  // 0 look  1 begin the store  2 end it  3 look again  4 asleep
  static bool step_sleeper(World& w) {
    switch (w.sleeper) {
      case 0:
        w.seen = w.news;
        w.sleeper = w.seen == 2 ? kDone : 1;
        return true;
      case 1:
        w.sleeper = w.state == empty || w.state == stored ? 2 : 3;
        if (w.sleeper == 2) {
          w.state = storing;
        } else {
          w.woken = true;
        }
        return true;
      case 2:
        w.woken = w.woken || w.state == storing_woken;
        w.state = w.state == storing ? stored : empty;
        w.sleeper = 3;
        return true;
      case 3:
        w.seen = w.news;
        w.sleeper = w.seen == 2 ? kDone : 4;
        return true;
      case 4:
        if (!w.woken) return false;
        w.woken = false;
        w.sleeper = 0;
        return true;
      default:
        return false;
    }
  }

  // 0 write the news  1 take  2 empty the slot  3 fire
  static bool step_waker(World& w, int i) {
    switch (w.waker[i]) {
      case 0:
        ++w.news, w.waker[i] = 1;
        return true;
      case 1:
        w.waker[i] = w.state == stored ? 2 : kDone;
        if (w.state == stored) {
          w.state = taking;
        } else if (w.state == storing) {
          w.state = storing_woken;
        }
        return true;
      case 2:
        w.state = empty, w.waker[i] = 3;
        return true;
      case 3:
        w.woken = true, w.waker[i] = kDone;
        return true;
      default:
        return false;
    }
  }

  void explore(const World& world) {
    if (!known_.insert(world).second) return;
    bool moved = false;
    for (int who : {0, 1, 2}) {
      World next = world;
      if (who < 2 ? step_waker(next, who) : step_sleeper(next)) {
        moved = true;
        explore(next);
      }
    }
    if (!moved) {
      EXPECT_EQ(world.sleeper, kDone) << "asleep forever, with news " << world.news;
    }
  }

  std::set<World> known_;
};

TEST(AtomicWaker, NoInterleavingLosesAWake) { EXPECT_GT(AllInterleavings().run(), 100); }

TEST(AtomicWaker, NoWakeIsLostBetweenThreads) {
  constexpr int kWakers = 3;
  constexpr int kEach = 20'000;
  AtomicWaker slot;
  std::atomic<int> news{0};
  std::vector<std::thread> wakers;
  for (int i = 0; i < kWakers; ++i) {
    wakers.emplace_back([&] {
      for (int k = 0; k < kEach; ++k) {
        news.fetch_add(1, std::memory_order_relaxed);  // the slot alone keeps the order
        slot.wake();
      }
    });
  }
  ThreadParker self;
  const Waker waker = self.waker();
  for (;;) {
    if (news.load(std::memory_order_relaxed) == kWakers * kEach) break;
    slot.store(waker);
    if (news.load(std::memory_order_relaxed) == kWakers * kEach) break;
    self.park();
  }
  for (std::thread& thread : wakers) thread.join();
}

TEST(AtomicWaker, ForgettingWhileOthersWakeLeavesNothingBehind) {
  constexpr int kRounds = 20'000;
  AtomicWaker slot;
  CountingWaker task;
  std::atomic<bool> over{false};
  std::thread waker([&] {
    while (!over) slot.wake();
  });
  const Waker& mine = task.waker();
  int waiting = 0;
  for (int i = 0; i < kRounds; ++i) {
    waiting += slot.store_unless_taken(mine).gained;
    if (slot.forget(mine)) --waiting;
  }
  over = true;
  waker.join();
  EXPECT_LE(waiting, task.wakes());
  EXPECT_EQ(task.kept(), 0);
}

/// A waker that cannot be cloned.
Waker unclonable() {
  static constexpr WakerVTable vtable{[](void*) { throw std::runtime_error("no more clones"); },
                                      [](void*) {}, [](void*) {}, [](void*) {}};
  return Waker(nullptr, &vtable);
}

TEST(AtomicWaker, ACloneThatThrowsLeavesTheSlotAsItWas) {
  CountingWaker task;
  AtomicWaker slot;
  EXPECT_THROW(slot.store(unclonable()), std::runtime_error);
  slot.store(task.waker());
  EXPECT_EQ(task.wakes(), 0) << "the slot takes itself to be in the middle of a store, forever";
  EXPECT_THROW(slot.store(unclonable()), std::runtime_error);
  EXPECT_EQ(task.kept(), 1) << "the waker that was there has to stay";
  slot.wake();
  EXPECT_EQ(task.wakes(), 1);
}

}  // namespace atomic_waker_test
}  // namespace book
