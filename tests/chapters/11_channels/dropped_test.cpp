// What a dropped operation loses: nothing. The table of chapter 11's README, operation by
// operation, each dropped at every point where it may stand.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "09_streams/forward.h"
#include "09_streams/sources.h"
#include "11_channels/broadcast.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "11_channels/watch.h"
#include "by_hand.h"

namespace book {
namespace dropped_test {

using test::Hand;
using Token = test::DropCounter::Token;

/// Where an operation may be dropped.
enum class At {
  never_polled,
  waiting,  ///< it has been polled, and is pending
  woken,    ///< what it waits for has come, and it has not been polled since
};
constexpr At kEverywhere[] = {At::never_polled, At::waiting, At::woken};

/// Brings `operation` there: `event` is what it waits for.
template <class F>
void bring_to(At at, F& operation, const Hand& hand, const std::function<void()>& event) {
  if (at == At::never_polled) return;
  EXPECT_TRUE(hand.is_pending(operation));
  if (at == At::woken) {
    event();
    EXPECT_EQ(hand.wakes(), 1);
  }
}

/// A full channel of `capacity` with the items 1 to capacity.
ChannelEnds<int> full_channel(int capacity) {
  auto ends = channel<int>(static_cast<std::size_t>(capacity));
  for (int i = 1; i <= capacity; ++i) EXPECT_EQ(ends.sender.try_send(int{i}), TrySend::sent);
  return ends;
}

TEST(Dropped, ASendLeavesItsPlaceAndItsSlotToTheNext) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = full_channel(1);
    const Hand hand, next_hand;
    auto dropped = std::make_optional(tx.send(10));
    auto next_one = tx.send(20);
    const auto free_a_slot = [&, &rx = rx] { EXPECT_TRUE(rx.try_recv().has_item()); };
    bring_to(at, *dropped, hand, free_a_slot);
    EXPECT_EQ(next_hand.is_pending(next_one), true);
    dropped.reset();
    EXPECT_EQ(hand.waker.kept(), 0);
    if (at != At::woken) free_a_slot();
    EXPECT_EQ(next_hand.wakes(), 1) << "the slot went down with a send that was dropped";
    EXPECT_TRUE(next_hand.is_ready(next_one));
    EXPECT_EQ(rx.try_recv().item(), 20) << "and the item of the one that was dropped is not there";
    EXPECT_TRUE(rx.try_recv().is_empty());
    EXPECT_EQ(tx.capacity(), 1u);
  }
}

TEST(Dropped, ASendTakesItsItemAlongUnlessItIsTakenBack) {
  for (const At at : kEverywhere) {
    for (const bool taken_back : {false, true}) {
      const test::DropCounter drops;
      auto [tx, rx] = channel<Token>(1);
      (void)tx.try_send(drops.token());
      const Hand hand;
      std::optional<Token> back;
      {
        auto sending = tx.send(drops.token());
        bring_to(at, sending, hand, [&, &rx = rx] { (void)rx.try_recv(); });
        if (taken_back) {
          back = sending.take_back();
          EXPECT_TRUE(back.has_value());
          EXPECT_EQ(hand.waker.kept(), 0) << "it has left the queue already";
        }
      }
      const int queued = at == At::woken ? 0 : 1;
      EXPECT_EQ(drops.live(), queued + (taken_back ? 1 : 0));
      EXPECT_EQ(tx.capacity(), queued == 0 ? 1u : 0u);
    }
  }
}

TEST(Dropped, ASendThroughASinkDoesTheSame) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = full_channel(1);
    auto sink = tx;
    const Hand hand, next_hand;
    auto dropped = std::make_optional(send(sink, 10));
    auto next_one = tx.send(20);
    const auto free_a_slot = [&, &rx = rx] { EXPECT_TRUE(rx.try_recv().has_item()); };
    bring_to(at, *dropped, hand, free_a_slot);
    EXPECT_TRUE(next_hand.is_pending(next_one));
    dropped.reset();
    if (at != At::woken) free_a_slot();
    EXPECT_EQ(next_hand.wakes(), 1) << "the sink is still there, but nobody asks it any more";
    EXPECT_TRUE(next_hand.is_ready(next_one));
  }
}

TEST(Dropped, AForwardIntoAChannelDoesTheSame) {
  auto [tx, rx] = full_channel(1);
  auto sink = tx;
  const Hand hand, next_hand;
  auto next_one = tx.send(20);
  {
    auto moving = iter({10, 11}) | forward(sink);
    EXPECT_TRUE(hand.is_pending(moving));
    EXPECT_TRUE(next_hand.is_pending(next_one));
    EXPECT_TRUE(rx.try_recv().has_item());
    EXPECT_EQ(hand.wakes(), 1);
  }
  EXPECT_EQ(next_hand.wakes(), 1);
}

TEST(Dropped, AReservePassesOnWhatItHadGathered) {
  for (const At at : kEverywhere) {
    for (int gathered = 0; gathered < 3; ++gathered) {
      auto [tx, rx] = full_channel(3);
      const Hand hand, a, b;
      auto dropped = std::make_optional(tx.reserve(3));
      auto first = tx.send(10);
      auto second = tx.send(20);
      const auto free_the_rest = [&, &rx = rx] {
        for (int i = gathered; i < 3; ++i) EXPECT_TRUE(rx.try_recv().has_item());
      };
      if (at == At::waiting) {
        EXPECT_TRUE(hand.is_pending(*dropped));
        for (int i = 0; i < gathered; ++i) EXPECT_TRUE(rx.try_recv().has_item());
      } else {
        bring_to(at, *dropped, hand, [&, &rx = rx] {
          for (int i = 0; i < 3; ++i) EXPECT_TRUE(rx.try_recv().has_item());
        });
      }
      EXPECT_EQ(a.is_pending(first), true);
      EXPECT_EQ(b.is_pending(second), true);
      dropped.reset();
      EXPECT_EQ(hand.waker.kept(), 0);
      if (at == At::never_polled) {
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(rx.try_recv().has_item());
      } else if (at == At::waiting) {
        EXPECT_EQ(a.wakes(), gathered >= 1 ? 1 : 0);
        EXPECT_EQ(b.wakes(), gathered >= 2 ? 1 : 0);
        free_the_rest();
      }
      EXPECT_TRUE(a.is_ready(first));
      EXPECT_TRUE(b.is_ready(second));
      EXPECT_EQ(tx.capacity(), 1u) << "three slots, two items";
    }
  }
}

TEST(Dropped, TheLastReserveOfAClosedChannelTellsTheReceiver) {
  auto [tx, rx] = full_channel(1);
  const Hand hand, receiver;
  auto granted = std::make_optional(tx.reserve(1));
  EXPECT_TRUE(hand.is_pending(*granted));
  EXPECT_TRUE(rx.try_recv().has_item());
  EXPECT_EQ(hand.wakes(), 1) << "the slot is its own, and it was not polled yet";
  rx.close();
  EXPECT_TRUE(receiver.waits(rx)) << "that one may still send";
  granted.reset();
  EXPECT_EQ(receiver.wakes(), 1) << "nobody has told the receiver that nothing will come";
  EXPECT_EQ(receiver.take(rx), std::nullopt);
}

TEST(Dropped, AReceiveLosesNoItem) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = channel<int>(3);
    const Hand hand;
    auto receiving = std::make_optional(next(rx));
    bring_to(at, *receiving, hand, [&, &tx = tx] { EXPECT_EQ(tx.try_send(1), TrySend::sent); });
    receiving.reset();
    if (at != At::woken) {
      EXPECT_EQ(tx.try_send(1), TrySend::sent);
    }
    EXPECT_EQ(tx.try_send(2), TrySend::sent);
    EXPECT_EQ(hand.take(rx), 1);
    EXPECT_EQ(hand.take(rx), 2);
  }
}

TEST(Dropped, ARecvManyLosesNoItem) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = channel<int>(3);
    const Hand hand;
    std::vector<int> items;
    {
      auto receiving = rx.recv_many(items, 2);
      bring_to(at, receiving, hand, [&, &tx = tx] { EXPECT_EQ(tx.try_send(1), TrySend::sent); });
    }
    EXPECT_TRUE(items.empty()) << "it appends in the poll that is ready, and in no other";
    EXPECT_EQ(rx.size(), at == At::woken ? 1u : 0u);
  }
}

TEST(Dropped, ABroadcastsNextLosesNoItem) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = broadcast<int>(3);
    const Hand hand;
    auto receiving = std::make_optional(next(rx));
    bring_to(at, *receiving, hand, [&, &tx = tx] { tx.send(1); });
    receiving.reset();
    if (at != At::woken) tx.send(1);
    EXPECT_EQ(hand.take(rx), 1);
  }
}

TEST(Dropped, AChangedHasSeenNothing) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = watch(0);
    const Hand hand;
    auto changed = std::make_optional(rx.changed());
    bring_to(at, *changed, hand, [&, &tx = tx] { tx.send(1); });
    changed.reset();
    EXPECT_EQ(hand.waker.kept(), 0);
    if (at != At::woken) tx.send(1);
    EXPECT_TRUE(rx.has_changed());
  }
}

TEST(Dropped, AWaitForHasSeenNothing) {
  for (const At at : kEverywhere) {
    auto [tx, rx] = watch(0);
    const Hand hand;
    auto waiting = std::make_optional(rx.wait_for([](int value) { return value == 1; }));
    bring_to(at, *waiting, hand, [&, &tx = tx] { tx.send(1); });
    waiting.reset();
    EXPECT_EQ(hand.waker.kept(), 0);
    EXPECT_EQ(rx.has_changed(), at == At::woken);
  }
}

TEST(Dropped, AReceiverOfAOneshotTakesAnUnreadValueAlong) {
  for (const At at : kEverywhere) {
    const test::DropCounter drops;
    auto ends = oneshot<Token>();
    const Hand hand;
    auto receiving = std::make_optional(std::move(ends.receiver));
    bring_to(at, *receiving, hand, [&] { EXPECT_TRUE(ends.sender.send(drops.token())); });
    receiving.reset();
    EXPECT_EQ(hand.waker.kept(), 0);
    EXPECT_EQ(drops.live(), 0);
    EXPECT_EQ(at == At::woken || ends.sender.is_closed(), true) << "the sender can know";
  }
}

TEST(Dropped, BothEndsLeaveNoWakerInAnyOrder) {
  for (const bool sender_first : {true, false}) {
    const Hand sending, receiving, closing;
    auto [tx, rx] = full_channel(1);
    auto sender = std::make_optional(std::move(tx));
    auto receiver = std::make_optional(std::move(rx));
    auto send = std::make_optional(sender->send(2));
    auto closed = std::make_optional(sender->closed());
    EXPECT_TRUE(sending.is_pending(*send));
    EXPECT_TRUE(closing.is_pending(*closed));
    EXPECT_EQ(receiving.take(*receiver), 1);
    EXPECT_TRUE(receiving.waits(*receiver));
    const auto drop_sender = [&] { send.reset(), closed.reset(), sender.reset(); };
    if (sender_first) drop_sender();
    receiver.reset();
    drop_sender();
    EXPECT_EQ(sending.waker.kept(), 0);
    EXPECT_EQ(receiving.waker.kept(), 0);
    EXPECT_EQ(closing.waker.kept(), 0);
  }
}

// ---- faults of items ------------------------------------------------------------------------

TEST(Faults, AMoveThatThrowsOnTheWayInLosesNoSlot) {
  using test::Brittle;
  auto [tx, rx] = channel<Brittle>(1);
  const Hand hand;
  {
    auto sending = tx.send(Brittle(1));
    Brittle::moves_until_it_throws = 1;
    EXPECT_THROW((void)hand.poll(sending), std::runtime_error);
  }
  EXPECT_EQ(tx.capacity(), 1u);
  Brittle::moves_until_it_throws = 1;
  EXPECT_THROW((void)tx.try_send(Brittle(2)), std::runtime_error);
  EXPECT_EQ(tx.capacity(), 1u);
  {
    auto permit = tx.try_reserve();
    Brittle::moves_until_it_throws = 1;
    EXPECT_THROW(permit->send(Brittle(3)), std::runtime_error);
    EXPECT_EQ(permit->size(), 1u) << "it was not used";
  }
  EXPECT_EQ(tx.capacity(), 1u);
  EXPECT_EQ(tx.try_send(Brittle(4)), TrySend::sent);
  EXPECT_EQ(rx.try_recv().item().number, 4);
}

TEST(Faults, AMoveThatThrowsOnTheWayOutLosesNoItem) {
  using test::Brittle;
  auto [tx, rx] = channel<Brittle>(2);
  EXPECT_EQ(tx.try_send(Brittle(1)), TrySend::sent);
  const Hand hand;
  Brittle::moves_until_it_throws = 1;
  EXPECT_THROW((void)hand.take(rx), std::runtime_error);
  Brittle::moves_until_it_throws = 1;
  EXPECT_THROW((void)rx.try_recv(), std::runtime_error);
  Brittle::moves_until_it_throws = 0;
  EXPECT_EQ(rx.size(), 1u);
  EXPECT_EQ(hand.take(rx)->number, 1);
  EXPECT_EQ(tx.capacity(), 2u);
}

/// An item that holds an end of its own channel, as a request with its reply channel does when
/// someone sends it into the wrong one.
struct Knot {
  std::optional<Sender<Knot>> sender;
};

TEST(Faults, AnItemThatHoldsItsOwnChannelGoesWithTheReceiver) {
  auto ends = channel<Knot>(2);
  EXPECT_EQ(ends.sender.try_send(Knot{ends.sender}), TrySend::sent);
  const auto weak = ends.sender.downgrade();
  { const auto gone = std::move(ends.sender); }
  EXPECT_TRUE(weak.upgrade()) << "the item is a sender";
  { const auto gone = std::move(ends.receiver); }
  EXPECT_FALSE(weak.upgrade());
}

}  // namespace dropped_test
}  // namespace book
