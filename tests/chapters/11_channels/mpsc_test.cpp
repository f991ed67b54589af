// channel<T>(n) and unbounded_channel<T>(): many senders, one receiver. (Chapter 11)
#include "11_channels/mpsc.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "09_streams/collect.h"
#include "09_streams/forward.h"
#include "09_streams/sources.h"
#include "by_hand.h"

namespace book {
namespace mpsc_test {

using test::Hand;
using Ints = std::vector<int>;

static_assert(Sink<Sender<int>, int> && Sink<Sender<int>&, int>);
static_assert(FusedStream<Receiver<int>>);
static_assert(Future<SendItem<test::Unique>> && Future<Reserve<test::Unique>>,
              "items need only move");

/// Fills a channel to its brim.
void fill(Sender<int>& tx, int items) {
  for (int i = 1; i <= items; ++i) ASSERT_EQ(tx.try_send(int{i}), TrySend::sent);
}

TEST(Channel, CarriesItemsInOrderAndThenTheEnd) {
  auto [tx, rx] = channel<int>(10);
  const Hand hand;
  for (int i = 1; i <= 3; ++i) {
    auto sent = tx.send(i);
    EXPECT_TRUE(hand.is_ready(sent));
  }
  EXPECT_EQ(rx.size(), 3u);
  { const auto gone = std::move(tx); }
  EXPECT_FALSE(rx.is_terminated()) << "three items are left";
  EXPECT_EQ(block_on(rx | collect<Ints>()), (Ints{1, 2, 3}));
  EXPECT_TRUE(rx.is_terminated());
  EXPECT_EQ(hand.take(rx), std::nullopt);
  EXPECT_EQ(hand.take(rx), std::nullopt) << "the end is forever";
}

TEST(Channel, ConnectsTasksOfOneThread) {
  auto ends = channel<int>(3);
  auto produce = [](Sender<int> tx, int from) -> Async<> {
    for (int i = from; i < from + 100; ++i) co_await tx.send(i);
  };
  Executor executor;
  executor.spawn(produce(ends.sender, 0));
  executor.spawn(produce(std::move(ends.sender), 100));
  Ints seen = executor.block_on(ends.receiver | collect<Ints>());
  EXPECT_EQ(seen.size(), 200u);
  int last[2] = {-1, -1};
  for (const int item : seen) {
    EXPECT_LT(last[item / 100], item % 100) << "each sender's items come in its order";
    last[item / 100] = item % 100;
  }
}

TEST(Channel, IsFullAtExactlyItsCapacity) {
  auto [tx, rx] = channel<int>(3);
  EXPECT_EQ(tx.capacity(), 3u);
  EXPECT_EQ(tx.max_capacity(), 3u);
  fill(tx, 3);
  EXPECT_EQ(tx.capacity(), 0u);
  int fourth = 4;
  EXPECT_EQ(tx.try_send(std::move(fourth)), TrySend::full);
  const Hand hand;
  auto waiting = tx.send(4);
  EXPECT_TRUE(hand.is_pending(waiting));
  EXPECT_EQ(hand.take(rx), 1);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(waiting));
  for (int i = 2; i <= 4; ++i) EXPECT_EQ(hand.take(rx), i);
  EXPECT_TRUE(hand.waits(rx));
}

TEST(Channel, GivesAFreedSlotToTheSenderThatHasWaitedLongest) {
  auto [tx, rx] = channel<int>(1);
  fill(tx, 1);
  const Hand a, b;
  auto first = tx.send(10);
  auto second = tx.send(20);
  EXPECT_TRUE(a.is_pending(first));
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_EQ(a.take(rx), 1);
  EXPECT_EQ(a.wakes(), 1);
  EXPECT_EQ(b.wakes(), 0) << "there is one slot, and one that waits longer";
  EXPECT_EQ(tx.try_send(30), TrySend::full) << "the slot is the first one's, polled or not";
  EXPECT_TRUE(b.is_pending(second));
  EXPECT_TRUE(a.is_ready(first));
  EXPECT_EQ(a.take(rx), 10);
  EXPECT_TRUE(b.is_ready(second));
}

TEST(Channel, LeavesTheItemOfATrySendThatWasNotSent) {
  auto [tx, rx] = channel<std::unique_ptr<int>>(1);
  EXPECT_EQ(tx.try_send(std::make_unique<int>(1)), TrySend::sent);
  auto second = std::make_unique<int>(2);
  EXPECT_EQ(tx.try_send(std::move(second)), TrySend::full);
  ASSERT_TRUE(second);  // NOLINT(bugprone-use-after-move): that is the point
  rx.close();
  EXPECT_EQ(tx.try_send(std::move(second)), TrySend::closed);
  EXPECT_TRUE(second);  // NOLINT(bugprone-use-after-move)
}

TEST(Channel, TellsEmptyFromClosed) {
  auto [tx, rx] = channel<int>(2);
  EXPECT_TRUE(rx.try_recv().is_empty());
  fill(tx, 1);
  TryRecv<int> item = rx.try_recv();
  ASSERT_TRUE(item.has_item());
  EXPECT_EQ(item.item(), 1);
  EXPECT_THROW((void)rx.try_recv().item(), std::bad_optional_access);
  { const auto gone = std::move(tx); }
  EXPECT_TRUE(rx.try_recv().is_closed());
}

TEST(Channel, TellsSendersThatWaitWhenTheReceiverGoes) {
  auto ends = channel<int>(1);
  fill(ends.sender, 1);
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<SendItem<int>> sends;
  sends.reserve(40);
  for (int i = 0; i < 40; ++i) {
    hands.push_back(std::make_unique<Hand>());
    sends.push_back(ends.sender.send(i));
    EXPECT_TRUE(hands.back()->is_pending(sends.back()));
  }
  { const auto gone = std::move(ends.receiver); }
  for (std::size_t i = 0; i < sends.size(); ++i) {
    EXPECT_EQ(hands[i]->wakes(), 1);
    EXPECT_THROW((void)hands[i]->poll(sends[i]), ChannelClosed);
    EXPECT_EQ(sends[i].take_back(), static_cast<int>(i)) << "it was not sent, so it is still mine";
  }
  EXPECT_TRUE(ends.sender.is_closed());
  EXPECT_THROW(block_on(ends.sender.send(1)), ChannelClosed);
}

TEST(Channel, EndsAfterTheLastItemWhenItWasClosed) {
  auto [tx, rx] = channel<int>(2);
  fill(tx, 2);
  const Hand hand;
  auto waiting = tx.send(3);
  EXPECT_TRUE(hand.is_pending(waiting));
  rx.close();
  EXPECT_TRUE(rx.is_closed());
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_THROW((void)hand.poll(waiting), ChannelClosed);
  EXPECT_EQ(hand.take(rx), 1);
  EXPECT_EQ(hand.take(rx), 2);
  EXPECT_EQ(hand.take(rx), std::nullopt);
}

TEST(Channel, WakesTheReceiverThatWaitsWhenItIsClosed) {
  auto [tx, rx] = channel<int>(2);
  const Hand hand;
  EXPECT_TRUE(hand.waits(rx));
  rx.close();
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(hand.take(rx), std::nullopt);
}

TEST(Channel, WakesTheReceiverWhenTheLastSenderGoes) {
  auto [tx, rx] = channel<int>(1);
  const Hand hand;
  EXPECT_TRUE(hand.waits(rx));
  auto second = std::make_optional(tx);
  { const auto gone = std::move(tx); }
  EXPECT_EQ(hand.wakes(), 0) << "one sender is left";
  second.reset();
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(hand.take(rx), std::nullopt);
}

TEST(Channel, KeepsTheReceiversLatestWakerAndCopiesItOnce) {
  auto [tx, rx] = channel<int>(1);
  const Hand a, b;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(a.waits(rx));
  EXPECT_EQ(a.waker.clones(), 1);
  EXPECT_TRUE(b.waits(rx)) << "another task: that is allowed";
  EXPECT_EQ(a.waker.kept(), 0);
  fill(tx, 1);
  EXPECT_EQ(a.wakes(), 0);
  EXPECT_EQ(b.wakes(), 1);
  EXPECT_EQ(b.take(rx), 1);
  EXPECT_EQ(b.waker.clones(), 1) << "a poll that is ready touches no count";
}

TEST(Channel, LetsTheReceiverMoveWhileItWaits) {
  auto [tx, rx] = channel<int>(1);
  const Hand hand;
  EXPECT_TRUE(hand.waits(rx));
  Receiver<int> moved = std::move(rx);
  fill(tx, 1);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(hand.take(moved), 1);
}

TEST(Channel, SaysWhoWaitsForWhatInADeadlock) {
  auto ends = channel<int>(1);
  const auto what_of = [](auto make) -> std::string {
    try {
      block_on(make(), {.time = TimeMode::virtual_time});
    } catch (const Deadlock& silence) {
      return silence.what();
    }
    return "nothing was thrown";
  };
  EXPECT_NE(what_of([&] { return next(ends.receiver); }).find("an item in a channel"),
            std::string::npos);
  fill(ends.sender, 1);
  EXPECT_NE(what_of([&] { return ends.sender.send(2); }).find("room in a channel"),
            std::string::npos);
}

TEST(Channel, RefusesWhatIsMisused) {
  EXPECT_THROW((void)channel<int>(0), std::invalid_argument);
  auto [tx, rx] = channel<int>(2);
  EXPECT_THROW((void)tx.reserve(3), std::invalid_argument) << "it would wait forever";
  std::vector<int> items;
  EXPECT_THROW((void)rx.recv_many(items, 0), std::invalid_argument);
  EXPECT_THROW(tx.start_send(1), std::logic_error) << "poll_ready comes first";
  const Sender<int> moved = std::move(tx);
  EXPECT_THROW((void)tx.send(1), std::logic_error);  // NOLINT(bugprone-use-after-move)
  const Hand hand;
  auto sent = moved.send(1);
  EXPECT_TRUE(hand.is_ready(sent));
  EXPECT_THROW((void)hand.poll(sent), std::logic_error);
  auto taken = moved.send(2);
  EXPECT_EQ(taken.take_back(), 2);
  EXPECT_THROW((void)hand.poll(taken), std::logic_error);
}

// A channel is no part of an executor: it lives on, and its wakers do nothing.
TEST(Channel, OutlivesTheExecutorOfItsTasks) {
  auto ends = channel<int>(1);
  {
    Executor executor;
    auto waits = [](Receiver<int>& rx) -> Async<> {
      for (;;) {
        auto item = co_await next(rx);
        if (!item) break;
      }
    };
    executor.spawn(waits(ends.receiver));
    executor.block_on(yield_now());
  }
  fill(ends.sender, 1);
  EXPECT_EQ(block_on(next(ends.receiver)), 1) << "the next executor finds what was sent";
}

TEST(Channel, IsASinkThatKeepsItsSlot) {
  auto [tx, rx] = channel<int>(1);
  auto other = tx;
  const Hand hand;
  Context cx(hand.waker.waker());
  EXPECT_TRUE(tx.poll_ready(cx).is_ready());
  EXPECT_TRUE(tx.poll_ready(cx).is_ready()) << "once more is the same slot";
  EXPECT_EQ(other.try_send(9), TrySend::full) << "the slot is kept for start_send";
  tx.start_send(1);
  EXPECT_TRUE(tx.poll_ready(cx).is_pending());
  EXPECT_EQ(hand.take(rx), 1);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(tx.poll_ready(cx).is_ready());
  tx.start_send(2);
  EXPECT_TRUE(tx.poll_close(cx).is_ready());
  EXPECT_THROW(tx.start_send(3), std::logic_error);
  { const auto gone = std::move(other); }
  EXPECT_EQ(block_on(rx | collect<Ints>()), (Ints{2}));
}

TEST(Channel, TakesAWholeStreamByForward) {
  auto [tx, rx] = channel<int>(2);
  Executor executor;
  executor.spawn(iter({1, 2, 3, 4, 5}) | forward(std::move(tx)));
  EXPECT_EQ(executor.block_on(rx | collect<Ints>()), (Ints{1, 2, 3, 4, 5}));
}

TEST(Channel, IsUnboundedIfYouLike) {
  auto [tx, rx] = unbounded_channel<int>();
  fill(tx, 10'000);
  EXPECT_EQ(tx.capacity(), tx.max_capacity());
  EXPECT_EQ(rx.size(), 10'000u);
  { const auto gone = std::move(tx); }
  EXPECT_EQ(block_on(rx | collect<Ints>()).size(), 10'000u);
}

TEST(Channel, CostsNothingForRoomThatIsNotUsed) {
  struct Page {
    char text[4096];
  };
  auto ends = channel<Page>(std::size_t{1} << 50);  // there is no machine for all of it
  EXPECT_EQ(ends.sender.try_send(Page{}), TrySend::sent);
  EXPECT_EQ(ends.receiver.size(), 1u);
}

// ---- recv_many ----------------------------------------------------------------------------

TEST(RecvMany, TakesAllThereIsUpToALimit) {
  auto [tx, rx] = channel<int>(10);
  fill(tx, 5);
  Ints items{0};
  EXPECT_EQ(block_on(rx.recv_many(items, 3)), 3u);
  EXPECT_EQ(items, (Ints{0, 1, 2, 3})) << "it appends";
  EXPECT_EQ(block_on(rx.recv_many(items, 3)), 2u);
  const Hand hand;
  auto waiting = rx.recv_many(items, 3);
  EXPECT_TRUE(hand.is_pending(waiting));
  fill(tx, 1);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(hand.poll(waiting).value(), 1u);
  { const auto gone = std::move(tx); }
  EXPECT_EQ(block_on(rx.recv_many(items, 3)), 0u) << "none is the end";
}

/// One that cannot be moved when it says so.
struct Heavy {
  explicit Heavy(bool stays) : stays(stays) {}
  Heavy(Heavy&& other) : stays(other.stays) {
    if (moves_throw && stays) throw std::runtime_error("it does not fit");
  }
  Heavy& operator=(Heavy&&) = delete;
  bool stays;
  static inline bool moves_throw = false;
};

TEST(RecvMany, GivesTheSlotsBackOfTheItemsBeforeTheOneThatThrows) {
  auto [tx, rx] = channel<Heavy>(3);
  for (const bool stays : {false, false, true}) {
    EXPECT_EQ(tx.try_send(Heavy(stays)), TrySend::sent);
  }
  std::vector<Heavy> items;
  items.reserve(3);
  Heavy::moves_throw = true;
  EXPECT_THROW((void)block_on(rx.recv_many(items, 3)), std::runtime_error);
  Heavy::moves_throw = false;
  EXPECT_EQ(items.size(), 2u);
  EXPECT_EQ(rx.size(), 1u) << "it is still there";
  EXPECT_EQ(tx.capacity(), 2u) << "two slots are free, and the channel believes them taken";
}

TEST(RecvMany, MakesRoomForAsManySenders) {
  auto [tx, rx] = channel<int>(20);
  fill(tx, 20);
  std::vector<std::unique_ptr<Hand>> hands;
  std::vector<SendItem<int>> sends;
  sends.reserve(18);
  for (int i = 0; i < 18; ++i) {
    hands.push_back(std::make_unique<Hand>());
    sends.push_back(tx.send(100 + i));
    EXPECT_TRUE(hands.back()->is_pending(sends.back()));
  }
  Ints items;
  EXPECT_EQ(block_on(rx.recv_many(items, 17)), 17u);
  for (std::size_t i = 0; i < sends.size(); ++i) EXPECT_EQ(hands[i]->wakes(), i < 17 ? 1 : 0);
}

// ---- reserve ------------------------------------------------------------------------------

TEST(Reserve, GivesASlotBeforeThereIsAnItem) {
  auto [tx, rx] = channel<int>(2);
  auto permits = block_on(tx.reserve(2));
  EXPECT_EQ(permits.size(), 2u);
  EXPECT_EQ(tx.try_send(9), TrySend::full);
  EXPECT_TRUE(permits.send(1));
  EXPECT_EQ(permits.size(), 1u);
  EXPECT_TRUE(permits.send(2));
  EXPECT_THROW(permits.send(3), std::logic_error);
  const Hand hand;
  EXPECT_EQ(hand.take(rx), 1);
  EXPECT_EQ(hand.take(rx), 2);
}

TEST(Reserve, GivesBackWhatIsNotUsed) {
  auto [tx, rx] = channel<int>(3);
  const Hand hand;
  auto waiting = tx.send(7);
  {
    auto permits = block_on(tx.reserve(3));
    EXPECT_TRUE(permits.send(1));
    EXPECT_TRUE(hand.is_pending(waiting));
  }
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(waiting));
  EXPECT_EQ(tx.capacity(), 1u);
}

TEST(Reserve, GathersSlotsWhileLaterOnesWait) {
  auto [tx, rx] = channel<int>(3);
  fill(tx, 3);
  const Hand a, b;
  auto three = tx.reserve(3);
  auto one = tx.send(9);
  EXPECT_TRUE(a.is_pending(three));
  EXPECT_TRUE(b.is_pending(one));
  EXPECT_EQ(a.take(rx), 1);
  EXPECT_EQ(a.take(rx), 2);
  EXPECT_TRUE(b.is_pending(one)) << "the first in the queue wants them all";
  EXPECT_EQ(a.take(rx), 3);
  EXPECT_EQ(a.wakes(), 1);
  {
    auto permits = a.poll(three);
    EXPECT_EQ(permits.value().size(), 3u);
  }
  EXPECT_EQ(b.wakes(), 1) << "they went back unused";
  EXPECT_TRUE(b.is_ready(one));
}

TEST(Reserve, IsRefusedAtOnceWhenThereIsNoRoom) {
  auto [tx, rx] = channel<int>(2);
  auto permits = tx.try_reserve(2);
  ASSERT_TRUE(permits);
  EXPECT_FALSE(tx.try_reserve());
  permits.reset();
  EXPECT_TRUE(tx.try_reserve());
}

TEST(Reserve, KeepsAClosedStreamOpenUntilTheLastPermitIsUsedOrDropped) {
  for (const bool used : {true, false}) {
    auto [tx, rx] = channel<int>(2);
    const Hand hand;
    auto permits = tx.try_reserve(2);
    EXPECT_TRUE(hand.waits(rx));
    rx.close();
    EXPECT_TRUE(hand.waits(rx)) << "two may still come";
    EXPECT_TRUE(permits->send(1));
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_EQ(hand.take(rx), 1);
    EXPECT_TRUE(hand.waits(rx));
    if (used) {
      EXPECT_TRUE(permits->send(2));
    }
    permits.reset();
    EXPECT_EQ(hand.wakes(), 2) << "the last one, used or not, is news";
    if (used) {
      EXPECT_EQ(hand.take(rx), 2);
    }
    EXPECT_EQ(hand.take(rx), std::nullopt);
  }
}

TEST(Reserve, OutlivesTheLastSender) {
  auto ends = channel<int>(1);
  const Hand hand;
  auto permit = ends.sender.try_reserve();
  { const auto gone = std::move(ends.sender); }
  EXPECT_TRUE(hand.waits(ends.receiver));
  EXPECT_TRUE(permit->send(5));
  EXPECT_EQ(hand.take(ends.receiver), 5);
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt);
}

TEST(Reserve, RefusesAnItemAfterTheReceiverHasGone) {
  const test::DropCounter drops;
  auto ends = channel<test::DropCounter::Token>(2);
  auto permits = ends.sender.try_reserve(2);
  EXPECT_TRUE(permits->send(drops.token()));
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(drops.live(), 0) << "nobody can receive it any more";
  EXPECT_FALSE(permits->send(drops.token()));
  EXPECT_EQ(drops.live(), 0);
}

// ---- closed, weak senders -----------------------------------------------------------------

TEST(Closed, IsReadyWhenNobodyWillReceive) {
  for (const bool by_close : {true, false}) {
    auto ends = channel<int>(1);
    const Hand hand;
    auto closed = ends.sender.closed();
    EXPECT_TRUE(hand.is_pending(closed));
    if (by_close) ends.receiver.close();
    if (!by_close) const auto gone = std::move(ends.receiver);
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_TRUE(hand.is_ready(closed));
    auto again = ends.sender.closed();
    EXPECT_TRUE(hand.is_ready(again));
  }
}

TEST(WeakSender, DoesNotKeepTheStreamOpen) {
  auto ends = channel<int>(1);
  const auto weak = ends.sender.downgrade();
  auto strong = weak.upgrade();
  ASSERT_TRUE(strong);
  { const auto gone = std::move(ends.sender); }
  const Hand hand;
  EXPECT_TRUE(hand.waits(ends.receiver));
  strong.reset();
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt);
  EXPECT_FALSE(weak.upgrade()) << "an end is forever";
}

TEST(WeakSender, CannotReviveAStreamThatHasEndedByASendThatCameTooLate) {
  auto ends = channel<int>(1);
  auto late = ends.sender.send(1);  // not polled yet
  { const auto gone = std::move(ends.sender); }
  const Hand hand;
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt);
  EXPECT_THROW((void)hand.poll(late), ChannelClosed);
}

}  // namespace mpsc_test
}  // namespace book
