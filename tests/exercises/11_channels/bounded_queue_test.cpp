#include "exercise/bounded_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "support/counting_waker.h"
#include "support/thread_parker.h"

namespace book {
namespace {

using exercise::BoundedQueue;

/// A task that a test plays itself.
struct Hand {
  template <class F>
  auto poll(F& future) const {
    Context cx(waker.waker());
    return future.poll(cx);
  }
  template <class F>
  bool is_ready(F& future) const {
    return poll(future).is_ready();
  }
  test::CountingWaker waker;
};

/// Puts in what has to fit, and takes out what has to be there.
void put(BoundedQueue<int>& queue, int item) {
  const Hand hand;
  auto push = queue.push(item);
  EXPECT_TRUE(hand.is_ready(push)) << "There is room, and push waits.";
}
std::optional<int> taken(BoundedQueue<int>& queue) {
  const Hand hand;
  auto pop = queue.pop();
  auto item = hand.poll(pop);
  if (item.is_pending()) {
    ADD_FAILURE() << "There is something to be had, an item or the end, and pop waits.";
    return -1;
  }
  return item.value();
}

/// Closes it. What a wrong close() throws is told with what it means here.
void close(BoundedQueue<int>& queue) {
  try {
    queue.close();
  } catch (const std::system_error& error) {
    ADD_FAILURE() << "close() let go of a lock that it no longer held (" << error.what()
                  << "). wake_all() lets go of the lock: lock it again before the next.";
  }
}

TEST(BoundedQueue, MakesAPushWaitWhileItIsFull) {
  BoundedQueue<int> queue(2);
  put(queue, 1);
  put(queue, 2);
  const Hand hand;
  auto third = queue.push(3);
  ASSERT_FALSE(hand.is_ready(third))
      << "It has room for two items, and took a third. When it is full, push has to wait.";
  EXPECT_EQ(hand.waker.kept(), 1) << "It waits, and its waker is kept nowhere.";
  EXPECT_EQ(taken(queue), 1);
  EXPECT_EQ(hand.waker.wakes(), 1) << "A slot is free, and the push that waits for it sleeps on.";
  EXPECT_TRUE(hand.is_ready(third));
  EXPECT_EQ(taken(queue), 2);
  EXPECT_EQ(taken(queue), 3);
}

TEST(BoundedQueue, MakesAPopWaitWhileItIsEmpty) {
  BoundedQueue<int> queue(2);
  const Hand hand;
  auto pop = queue.pop();
  ASSERT_FALSE(hand.is_ready(pop)) << "It is empty and not closed, and pop says it has ended.";
  put(queue, 1);
  EXPECT_EQ(hand.waker.wakes(), 1) << "An item has come, and the pop that waits for it sleeps on.";
  EXPECT_EQ(hand.poll(pop).value(), 1);
}

TEST(BoundedQueue, WakesTheSideThatCanGoOn) {
  BoundedQueue<int> queue(1);
  put(queue, 1);
  const Hand first, second, popper;
  auto push_2 = queue.push(2), push_3 = queue.push(3);
  EXPECT_FALSE(first.is_ready(push_2));
  EXPECT_FALSE(second.is_ready(push_3));
  EXPECT_EQ(taken(queue), 1);  // wakes the first push, which takes its time
  auto pop = queue.pop();
  EXPECT_FALSE(popper.is_ready(pop));
  EXPECT_TRUE(first.is_ready(push_2));
  EXPECT_EQ(popper.waker.wakes(), 1)
      << "An item has come, a pop waits for it, and a push was woken: the wake went to the wrong "
         "side. Who waits for room and who waits for an item stand in two queues.";
}

TEST(BoundedQueue, LosesNoItemWithAPopThatIsDropped) {
  BoundedQueue<int> queue(2);
  const Hand hand;
  auto pop = std::make_optional(queue.pop());
  EXPECT_FALSE(hand.is_ready(*pop));
  put(queue, 1);
  pop.reset();  // woken, and dropped before it has looked: a time-out does that
  put(queue, 2);
  EXPECT_EQ(taken(queue), 1)
      << "A pop was woken, and dropped before its next poll, and 1 is gone. An item is in the "
         "queue "
         "or in the hands of who was given it by a poll, and nowhere in between.";
  EXPECT_EQ(taken(queue), 2);
}

TEST(BoundedQueue, LosesNoWakeWithOneWhoIsDropped) {
  BoundedQueue<int> queue(1);
  const Hand first, second;
  auto pop = std::make_optional(queue.pop());
  auto other_pop = queue.pop();
  EXPECT_FALSE(first.is_ready(*pop));
  EXPECT_FALSE(second.is_ready(other_pop));
  put(queue, 1);
  EXPECT_EQ(second.waker.wakes(), 0) << "one item, one wake";
  pop.reset();
  EXPECT_EQ(second.waker.wakes(), 1)
      << "The pop that was woken is gone, an item is there, and the other pop sleeps: the wake is "
         "lost. One that was_taken() and leaves has to pass it on.";
  EXPECT_EQ(second.poll(other_pop).value(), 1);

  put(queue, 2);
  const Hand third, fourth;
  auto push = std::make_optional(queue.push(3));
  auto other_push = queue.push(4);
  EXPECT_FALSE(third.is_ready(*push));
  EXPECT_FALSE(fourth.is_ready(other_push));
  EXPECT_EQ(taken(queue), 2);
  push.reset();
  EXPECT_EQ(fourth.waker.wakes(), 1)
      << "The push that was woken is gone, and the other sleeps: the wake is lost.";
}

TEST(BoundedQueue, WakesOneForEachItemAndForEachSlot) {
  BoundedQueue<int> queue(2);
  const Hand hands[2];
  {
    auto first = queue.pop(), second = queue.pop();
    EXPECT_FALSE(hands[0].is_ready(first));
    EXPECT_FALSE(hands[1].is_ready(second));
    put(queue, 1);
    put(queue, 2);
    EXPECT_EQ(hands[0].waker.wakes() + hands[1].waker.wakes(), 2)
        << "Two pops wait, two items have come before either was polled, and one of them sleeps "
           "on. "
           "Each item wakes one, not only the first that comes into an empty queue.";
    EXPECT_TRUE(hands[0].is_ready(first));
    EXPECT_TRUE(hands[1].is_ready(second));
  }
  put(queue, 1);
  put(queue, 2);
  const Hand others[2];
  auto first = queue.push(3), second = queue.push(4);
  EXPECT_FALSE(others[0].is_ready(first));
  EXPECT_FALSE(others[1].is_ready(second));
  EXPECT_EQ(taken(queue), 1);
  EXPECT_EQ(taken(queue), 2);
  EXPECT_EQ(others[0].waker.wakes() + others[1].waker.wakes(), 2)
      << "Two pushes wait, two slots have become free, and one of them sleeps on. Each slot wakes "
         "one, not only the first of a full queue.";
}

TEST(BoundedQueue, KeepsTheItemOfAPushThatWaits) {
  BoundedQueue<std::unique_ptr<int>> queue(1);
  const Hand hand;
  auto first = queue.push(std::make_unique<int>(1));
  EXPECT_TRUE(hand.is_ready(first));
  auto second = queue.push(std::make_unique<int>(2));
  EXPECT_FALSE(hand.is_ready(second));
  auto pop = queue.pop();
  EXPECT_TRUE(hand.is_ready(pop));
  EXPECT_TRUE(hand.is_ready(second));
  auto next_pop = queue.pop();
  auto item = hand.poll(next_pop);
  ASSERT_TRUE(item.is_ready() && item.value());
  EXPECT_NE(*item.value(), nullptr)
      << "A push waited for room, and what it then put in is empty: its item was moved out in a "
         "poll that was pending. Move it only when there is room.";
}

TEST(BoundedQueue, WakesWithTheLatestWaker) {
  BoundedQueue<int> queue(1);
  const Hand old_task, new_task;
  {
    auto pop = queue.pop();
    EXPECT_FALSE(old_task.is_ready(pop));
    EXPECT_FALSE(new_task.is_ready(pop));
    put(queue, 1);
    EXPECT_EQ(new_task.waker.wakes(), 1)
        << "A pop was polled with one waker, then with another, and the item woke the first. Call "
           "wait() in every poll that is pending: it takes the new waker.";
    EXPECT_TRUE(new_task.is_ready(pop));
  }
  put(queue, 1);
  const Hand old_pusher, new_pusher;
  auto push = queue.push(2);
  EXPECT_FALSE(old_pusher.is_ready(push));
  EXPECT_FALSE(new_pusher.is_ready(push));
  EXPECT_EQ(taken(queue), 1);
  EXPECT_EQ(new_pusher.waker.wakes(), 1) << "The same for a push: the latest waker counts.";
}

TEST(BoundedQueue, ForgetsAPopThatHasFoundItsItem) {
  BoundedQueue<int> queue(2);
  const Hand first, second;
  auto pop = queue.pop(), other_pop = queue.pop();
  EXPECT_FALSE(first.is_ready(pop));
  EXPECT_FALSE(second.is_ready(other_pop));
  put(queue, 1);                            // wakes the first
  EXPECT_TRUE(second.is_ready(other_pop));  // polled for another reason, and the item is there
  EXPECT_FALSE(first.is_ready(pop));        // so it waits again
  put(queue, 2);
  EXPECT_EQ(first.waker.wakes(), 2)
      << "A pop that was still in the queue found its item and stayed in the queue, and the next "
         "wake went to it. A poll that is ready has to forget its waiter.";
}

TEST(BoundedQueue, ForgetsWhoIsDropped) {
  BoundedQueue<int> queue(1);
  const Hand hand, other;
  {
    auto pop = queue.pop();
    EXPECT_FALSE(hand.is_ready(pop));
  }
  EXPECT_EQ(hand.waker.kept(), 0) << "The pop is gone, and its waker is still in the queue.";
  auto pop = queue.pop();
  EXPECT_FALSE(other.is_ready(pop));
  put(queue, 1);
  EXPECT_EQ(other.waker.wakes(), 1) << "Somebody who is gone was woken instead.";
}

TEST(BoundedQueue, FiresNoWakerUnderItsLock) {
  BoundedQueue<int> queue(1);
  const auto waker_that_looks = [&queue](Hand& hand, bool& was_free) {
    hand.waker.on_wake([&queue, &was_free] {
      was_free = queue.lock.try_lock();
      if (was_free) queue.lock.unlock();
    });
  };
  constexpr char kUnderTheLock[] =
      " was woken under the lock. A waker is foreign code: one that pushes into this very queue "
      "would wait forever. Take it out, unlock, fire it.";
  Hand popper, pusher, closed_popper, gone, next;
  bool popper_free = true, pusher_free = true, closed_free = true, next_free = true;
  {
    waker_that_looks(popper, popper_free);
    auto pop = queue.pop();
    EXPECT_FALSE(popper.is_ready(pop));
    put(queue, 1);
    EXPECT_TRUE(popper_free) << "A pop" << kUnderTheLock;
    waker_that_looks(pusher, pusher_free);
    auto push = queue.push(2);
    EXPECT_FALSE(pusher.is_ready(push));
    EXPECT_TRUE(popper.is_ready(pop));
    EXPECT_TRUE(pusher_free) << "A push" << kUnderTheLock;
  }
  auto leaving = std::make_optional(queue.pop());
  auto staying = queue.pop();
  waker_that_looks(next, next_free);
  EXPECT_FALSE(gone.is_ready(*leaving));
  EXPECT_FALSE(next.is_ready(staying));
  put(queue, 1);
  leaving.reset();
  EXPECT_TRUE(next_free) << "A pop that was passed the wake" << kUnderTheLock;
  EXPECT_TRUE(next.is_ready(staying));
  waker_that_looks(closed_popper, closed_free);
  auto last = queue.pop();
  EXPECT_FALSE(closed_popper.is_ready(last));
  close(queue);
  EXPECT_TRUE(closed_free) << "By close(), a pop" << kUnderTheLock;
}

TEST(BoundedQueue, EndsAfterTheLastItemWhenItIsClosed) {
  BoundedQueue<int> queue(2);
  put(queue, 1);
  put(queue, 2);
  const Hand hand;
  auto waiting = queue.push(3);
  EXPECT_FALSE(hand.is_ready(waiting));
  close(queue);
  EXPECT_EQ(hand.waker.wakes(), 1) << "The queue is closed, and a push waits for room in it.";
  const auto pushed = hand.poll(waiting);
  EXPECT_TRUE(pushed.is_ready() && !pushed.value()) << "Nothing more goes into a closed queue.";
  EXPECT_EQ(taken(queue), 1) << "What is in a closed queue can still be taken.";
  EXPECT_EQ(taken(queue), 2);
  EXPECT_EQ(taken(queue), std::nullopt);
}

TEST(BoundedQueue, TakesNothingOnceItIsClosed) {
  BoundedQueue<int> queue(2);
  close(queue);
  const Hand hand;
  auto push = queue.push(1);
  const auto pushed = hand.poll(push);
  EXPECT_TRUE(pushed.is_ready() && !pushed.value())
      << "The queue is closed and has room, and it took an item. Ask whether it is closed before "
         "you ask for room.";
  EXPECT_EQ(taken(queue), std::nullopt);
}

TEST(BoundedQueue, WakesAPopWhenItIsClosed) {
  BoundedQueue<int> queue(2);
  const Hand hand;
  auto pop = queue.pop();
  EXPECT_FALSE(hand.is_ready(pop));
  close(queue);
  EXPECT_EQ(hand.waker.wakes(), 1) << "The queue is closed, and a pop waits for an item.";
  EXPECT_EQ(hand.poll(pop).value(), std::nullopt);
}

// Some futures are dropped when they have to wait, wherever they stand.
TEST(BoundedQueue, LosesNothingBetweenThreads) {
  if (testing::UnitTest::GetInstance()->failed_test_count() > 0) {
    GTEST_SKIP() << "First mend what the tests above have found: with it, threads wait forever.";
  }
  constexpr int kItems = 2'000;
  BoundedQueue<int> queue(2);
  const auto finish = [](auto& future, bool gives_up) {
    const test::ThreadParker parker;
    const Waker waker = parker.waker();
    Context cx(waker);
    auto poll = future.poll(cx);
    while (poll.is_pending() && !gives_up) {
      parker.park();
      poll = future.poll(cx);
    }
    return poll;
  };
  const auto push_all = [&](int first) {
    for (int i = 0; i < kItems; ++i) {
      for (bool sent = false; !sent;) {
        auto push = queue.push(first + i);
        sent = finish(push, i % 3 == 0).is_ready();
      }
    }
  };
  std::vector<int> seen[2];
  const auto pop_all = [&](std::vector<int>& into) {
    for (int count = 0;; ++count) {
      auto pop = queue.pop();
      auto item = finish(pop, count % 5 == 0);
      if (item.is_pending()) continue;
      if (!item.value()) break;
      into.push_back(*item.value());
    }
  };
  std::thread pushing_a(push_all, 0), pushing_b(push_all, kItems);
  std::thread popping(pop_all, std::ref(seen[0]));
  std::thread popping_too(pop_all, std::ref(seen[1]));
  pushing_a.join();
  pushing_b.join();
  queue.close();
  popping.join();
  popping_too.join();
  std::vector<int> all(2 * kItems, 0);
  for (const auto& part : seen) {
    for (const int item : part) ++all[static_cast<std::size_t>(item)];
  }
  EXPECT_EQ(all, std::vector<int>(2 * kItems, 1)) << "Each item comes out once.";
}

}  // namespace
}  // namespace book
