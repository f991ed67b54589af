#include "common/atomic_waker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "support/wakers.h"

namespace book {
namespace {

using test::ThreadParker;
using test::WakeCounter;

TEST(AtomicWaker, WakesTheWakerThatIsStoredOnce) {
  WakeCounter task;
  AtomicWaker slot;
  slot.wake();  // nobody there: nothing happens
  slot.store(task.waker());
  slot.wake();
  slot.wake();
  EXPECT_EQ(task.wakes(), 1);
  EXPECT_EQ(task.held(), 0u);
}

TEST(AtomicWaker, TheLatestWakerCounts) {
  WakeCounter first, second;
  AtomicWaker slot;
  slot.store(first.waker());
  slot.store(second.waker());
  slot.wake();
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(first.held(), 0u);
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
  WakeCounter first, second;
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
  WakeCounter first, second;
  AtomicWaker slot;
  slot.store(first.waker());
  EXPECT_FALSE(slot.forget(second.waker()));
  EXPECT_EQ(first.held(), 1u);
  EXPECT_TRUE(slot.forget(first.waker()));
  EXPECT_EQ(first.held(), 0u);
  EXPECT_FALSE(slot.forget(first.waker()));
  slot.wake();
  EXPECT_EQ(first.wakes(), 0);
}

TEST(AtomicWaker, DropsItsWakerWithItself) {
  WakeCounter task;
  {
    AtomicWaker slot;
    slot.store(task.waker());
    EXPECT_EQ(task.held(), 1u);
  }
  EXPECT_EQ(task.held(), 0u);
  EXPECT_EQ(task.wakes(), 0);
}

/// A waker that does something to the slot while the slot is copying it: the only moment of a
/// store that is not a single step.
struct Meddler {
  AtomicWaker* slot = nullptr;
  void (*meddle)(Meddler&) = nullptr;
  int wakes = 0, owners = 0;

  Waker waker() {
    static constexpr WakerVTable vtable{
        [](void* data) {
          auto& self = *static_cast<Meddler*>(data);
          ++self.owners;
          if (auto* function = std::exchange(self.meddle, nullptr)) function(self);
        },
        [](void* data) { ++static_cast<Meddler*>(data)->wakes, --static_cast<Meddler*>(data)->owners; },
        [](void* data) { ++static_cast<Meddler*>(data)->wakes; },
        [](void* data) { --static_cast<Meddler*>(data)->owners; }};
    ++owners;
    return Waker(this, &vtable);
  }
};

TEST(AtomicWaker, AWakeInTheMiddleOfAStoreFiresTheNewWaker) {
  AtomicWaker slot;
  Meddler task{&slot, [](Meddler& self) { self.slot->wake(); }};
  const auto stored = slot.store_unless_taken(task.waker());
  EXPECT_TRUE(stored.accepted);
  EXPECT_EQ(stored.gained, 0);
  EXPECT_EQ(task.wakes, 1);
  EXPECT_EQ(task.owners, 0);
  slot.wake();
  EXPECT_EQ(task.wakes, 1);
}

TEST(AtomicWaker, AStoreInTheMiddleOfAStoreWakesInsteadOfWaiting) {
  static WakeCounter other;
  AtomicWaker slot;
  Meddler task{&slot, [](Meddler& self) { self.slot->store(other.waker()); }};
  slot.store(task.waker());
  EXPECT_EQ(other.wakes(), 1);
  EXPECT_EQ(other.held(), 0u);
  slot.wake();
  EXPECT_EQ(task.wakes, 1);
}

TEST(AtomicWaker, ADropMayUseTheSlotAgain) {
  static AtomicWaker slot;
  static constexpr WakerVTable vtable{[](void*) {}, [](void*) {}, [](void*) {},
                                      [](void*) { slot.wake(); }};
  WakeCounter next;
  slot.store(Waker(nullptr, &vtable));
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
    int news = 0;      // written by the wakers
    int seen = 0;      // the sleeper's last look
    bool woken = false;  // the sleeper was fired, and will poll again
    int sleeper = 0, waker[2] = {0, 0};  // program counters
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
        if (w.state == empty || w.state == stored) w.state = storing, w.sleeper = 2;
        else w.woken = true, w.sleeper = 3;
        return true;
      case 2:
        if (w.state == storing) w.state = stored;
        else w.state = empty, w.woken = true;
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
      default: return false;
    }
  }

  // 0 write the news  1 take  2 empty the slot  3 fire
  static bool step_waker(World& w, int i) {
    switch (w.waker[i]) {
      case 0: ++w.news, w.waker[i] = 1; return true;
      case 1:
        w.waker[i] = w.state == stored ? 2 : kDone;
        if (w.state == stored) w.state = taking;
        else if (w.state == storing) w.state = storing_woken;
        return true;
      case 2: w.state = empty, w.waker[i] = 3; return true;
      case 3: w.woken = true, w.waker[i] = kDone; return true;
      default: return false;
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
    if (!moved) EXPECT_EQ(world.sleeper, kDone) << "asleep for ever, with news " << world.news;
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
  WakeCounter task;
  std::atomic<bool> over{false};
  std::thread waker([&] {
    while (!over) slot.wake();
  });
  const Waker mine = task.waker();
  int waiting = 0;
  for (int i = 0; i < kRounds; ++i) {
    waiting += slot.store_unless_taken(mine).gained;
    if (slot.forget(mine)) --waiting;
  }
  over = true;
  waker.join();
  EXPECT_GE(waiting, 0);
  EXPECT_LE(waiting, task.wakes());
  EXPECT_EQ(task.held(), 1u);  // `mine`
}

}  // namespace
}  // namespace book
