// The queue of waiters under every channel of chapter 11 and every lock of chapter 12, by way of
// the least that can be built on it: a room with so many chairs.
#include "11_channels/wait_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include "common/future.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/thread_parker.h"

namespace book {
namespace wait_queue_test {

struct Room {
  ThreadLock lock;
  WaitQueue queue;
  int chairs = 0;

  /// A chair that is free belongs to the one who has waited longest, even before its poll.
  void bring_chair() {
    Waker waker;
    {
      const Locked locked(lock);
      if (queue.empty()) {
        ++chairs;
      } else {
        waker = queue.take_one();
      }
    }
    std::move(waker).wake();
  }
};

/// Ready when it has a chair, which it keeps.
class Sit : PinnedOncePolled {
 public:
  using Output = void;
  explicit Sit(Room& room) : room_(&room) {}
  Sit(Sit&&) = default;
  Sit& operator=(Sit&&) = delete;
  ~Sit() {
    if (!waiter_.was_queued()) return;
    Waker dropped;
    bool passes_on = false;
    {
      const Locked locked(room_->lock);
      passes_on = waiter_.was_taken();
      dropped = room_->queue.forget(waiter_);
    }
    if (passes_on) room_->bring_chair();
  }

  Poll<void> poll(Context& cx) {
    pin_.enter();
    Locked lock(room_->lock);
    do {
      if (waiter_.was_taken()) {
        waiter_.reset();
        return Poll<void>::ready();
      }
      if (!waiter_.is_waiting() && room_->chairs > 0) {
        --room_->chairs;
        return Poll<void>::ready();
      }
    } while (!room_->queue.wait(waiter_, cx, lock));
    return pin_.pending();
  }

 private:
  Room* room_;
  Waiter waiter_;
};

/// A task that waits for a chair.
struct Guest {
  explicit Guest(Room& room) : sit(std::in_place, room) {}
  bool poll() {
    Context cx(waker.waker());
    return sit->poll(cx).is_ready();
  }
  test::CountingWaker waker;
  std::optional<Sit> sit;
};

TEST(WaitQueue, LetsAFutureKeepTheContract) {
  auto room = std::make_shared<Room>();
  test::expect_contract(
      [&] {
        room = std::make_shared<Room>();
        return test::subject(Sit(*room), [room = room] { room->bring_chair(); });
      },
      {.event_inside_poll = true});
}

TEST(WaitQueue, WakesInTheOrderOfTheFirstPolls) {
  Room room;
  Guest a(room), b(room), c(room);
  EXPECT_FALSE(b.poll());
  EXPECT_FALSE(a.poll());
  EXPECT_FALSE(c.poll());
  EXPECT_FALSE(b.poll());  // once more changes nothing
  room.bring_chair();
  EXPECT_EQ(b.waker.wakes(), 1);
  EXPECT_EQ(a.waker.wakes() + c.waker.wakes(), 0);
  room.bring_chair();
  EXPECT_EQ(a.waker.wakes(), 1);
  EXPECT_TRUE(a.poll());
  EXPECT_TRUE(b.poll());
  EXPECT_FALSE(c.poll());
}

TEST(WaitQueue, HasAPlaceForOneThatHasNoWakerYet) {
  Room room;
  Guest b(room);
  Waiter waiter;
  {
    const Locked locked(room.lock);
    room.queue.enter(waiter);
    room.queue.enter(waiter);  // once more changes nothing
    EXPECT_TRUE(waiter.is_waiting() && waiter.was_queued());
  }
  EXPECT_FALSE(b.poll());
  EXPECT_EQ(&room.queue.front(), &waiter);
  EXPECT_NE(&room.queue.back(), &waiter) << "the last one is b's";
  room.bring_chair();
  EXPECT_TRUE(waiter.was_taken());
  EXPECT_EQ(b.waker.wakes(), 0);
  EXPECT_EQ(&room.queue.front(), &room.queue.back());
  room.bring_chair();
  EXPECT_TRUE(b.poll());
}

TEST(WaitQueue, CopiesNoWakerThatItHasAlready) {
  Room room;
  Guest a(room);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(a.poll());
  EXPECT_EQ(a.waker.clones(), 1);
  EXPECT_EQ(a.waker.kept(), 1);
}

TEST(WaitQueue, KeepsTheWakerOfTheLatestPoll) {
  Room room;
  Guest a(room);
  EXPECT_FALSE(a.poll());
  const test::CountingWaker other;
  Context cx(other.waker());
  EXPECT_TRUE(a.sit->poll(cx).is_pending());
  EXPECT_EQ(a.waker.kept(), 0);
  room.bring_chair();
  EXPECT_EQ(a.waker.wakes(), 0);
  EXPECT_EQ(other.wakes(), 1);
}

TEST(WaitQueue, GivesWhatWasTakenForADroppedWaiterToTheNext) {
  Room room;
  Guest a(room), b(room);
  EXPECT_FALSE(a.poll());
  EXPECT_FALSE(b.poll());
  room.bring_chair();
  EXPECT_EQ(a.waker.wakes(), 1);
  a.sit.reset();  // woken, and dropped before its poll
  EXPECT_EQ(b.waker.wakes(), 1) << "the chair went down with its owner";
  EXPECT_TRUE(b.poll());
}

TEST(WaitQueue, ForgetsAWaiterThatIsDropped) {
  Room room;
  Guest a(room), b(room);
  EXPECT_FALSE(a.poll());
  EXPECT_FALSE(b.poll());
  a.sit.reset();
  EXPECT_EQ(a.waker.kept(), 0);
  room.bring_chair();
  EXPECT_EQ(a.waker.wakes(), 0);
  EXPECT_EQ(b.waker.wakes(), 1);
}

TEST(WaitQueue, RunsNoForeignCodeUnderTheLock) {
  Room room;
  int looked = 0, locked = 0;
  const auto look = [&] {
    ++looked;
    if (room.lock.try_lock()) {
      room.lock.unlock();
    } else {
      ++locked;
    }
  };
  Guest a(room), b(room);
  for (Guest* guest : {&a, &b}) {
    guest->waker.on_clone(look);
    guest->waker.on_wake(look);
    EXPECT_FALSE(guest->poll());
  }
  room.bring_chair();
  Locked lock(room.lock);
  room.queue.wake_all(lock);
  EXPECT_FALSE(lock.owns_lock());
  EXPECT_EQ(looked, 4);
  EXPECT_EQ(locked, 0);
}

TEST(WaitQueue, SeesAWakeThatComesWhileTheWakerIsCopied) {
  Room room;
  Guest a(room);
  a.waker.on_clone([&] { room.bring_chair(); });
  EXPECT_TRUE(a.poll()) << "the chair came in the middle of the poll";
  EXPECT_EQ(a.waker.kept(), 0);
}

TEST(WaitQueue, IsLeftByAWaiterWhoseWakerCannotBeCopied) {
  Room room;
  Guest a(room), b(room);
  a.waker.on_clone([] { throw std::runtime_error("no more wakers"); });
  EXPECT_THROW(a.poll(), std::runtime_error);
  EXPECT_FALSE(b.poll());
  a.sit.reset();
  room.bring_chair();
  EXPECT_EQ(b.waker.wakes(), 1);
}

TEST(WaitQueue, WakesAllInOrderHoweverManyTheyAre) {
  Room room;
  std::vector<std::unique_ptr<Guest>> guests;
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < 2 * WakerBatch::kRoom + 3; ++i) {
    guests.push_back(std::make_unique<Guest>(room));
    guests.back()->waker.on_wake([&order, i] { order.push_back(i); });
    EXPECT_FALSE(guests.back()->poll());
  }
  Locked lock(room.lock);
  room.queue.wake_all(lock);
  ASSERT_EQ(order.size(), guests.size());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
  EXPECT_TRUE(room.queue.empty());
}

TEST(WaitQueue, WakesNobodyWhoIsDroppedByAWakeBefore) {
  Room room;
  std::vector<std::unique_ptr<Guest>> guests;
  for (std::size_t i = 0; i < 2 * WakerBatch::kRoom; ++i) {
    guests.push_back(std::make_unique<Guest>(room));
    EXPECT_FALSE(guests.back()->poll());
  }
  Guest& last = *guests.back();
  guests.front()->waker.on_wake([&] { last.sit.reset(); });
  Locked lock(room.lock);
  room.queue.wake_all(lock);
  EXPECT_EQ(last.waker.wakes(), 0);
  EXPECT_EQ(guests[guests.size() - 2]->waker.wakes(), 1);
}

TEST(WaitQueue, WakesAllOthersWhenOneWakerThrows) {
  Room room;
  std::vector<std::unique_ptr<Guest>> guests;
  for (std::size_t i = 0; i < WakerBatch::kRoom + 2; ++i) {
    guests.push_back(std::make_unique<Guest>(room));
    EXPECT_FALSE(guests.back()->poll());
  }
  guests.front()->waker.on_wake([] { throw std::runtime_error("a bad waker"); });
  Locked lock(room.lock);
  EXPECT_THROW(room.queue.wake_all(lock), std::runtime_error);
  for (const auto& guest : guests) EXPECT_EQ(guest->waker.wakes(), 1);
}

TEST(WaitQueue, LeavesThoseWhoComeWhileItWakesForTheNextTime) {
  Room room;
  Guest a(room), late(room);
  a.waker.on_wake([&] { EXPECT_FALSE(late.poll()); });
  EXPECT_FALSE(a.poll());
  {
    Locked lock(room.lock);
    room.queue.wake_all(lock);
  }
  EXPECT_EQ(late.waker.wakes(), 0);
  EXPECT_FALSE(room.queue.empty());
}

// One chair and three threads: who has sat gives it back, and some leave before they have sat,
// with the chair already theirs or without.
TEST(WaitQueue, LosesNoChairBetweenThreads) {
  constexpr int kVisits = 10'000;
  Room room;
  room.chairs = 1;
  int sitting = 0;  // plain: only who has the chair touches it
  const auto visit_often = [&](int leaves_every) {
    const test::ThreadParker parker;
    const Waker waker = parker.waker();
    for (int visit = 1; visit <= kVisits; ++visit) {
      Sit sit(room);
      Context cx(waker);
      Poll<void> seated = sit.poll(cx);
      if (seated.is_pending() && visit % leaves_every == 0) continue;
      while (seated.is_pending()) {
        parker.park();
        seated = sit.poll(cx);
      }
      EXPECT_EQ(sitting++, 0);
      --sitting;
      room.bring_chair();
    }
  };
  std::thread first(visit_often, 3), second(visit_often, 4);
  visit_often(5);
  first.join();
  second.join();
  EXPECT_EQ(room.chairs, 1);
  EXPECT_TRUE(room.queue.empty());
}

}  // namespace wait_queue_test
}  // namespace book
