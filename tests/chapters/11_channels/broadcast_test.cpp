// broadcast<T>(n): every item for every receiver. (Chapter 11)
#include "11_channels/broadcast.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "09_streams/collect.h"
#include "by_hand.h"

namespace book {
namespace broadcast_test {

using test::Brittle;
using test::Hand;
using Ints = std::vector<int>;

static_assert(FusedStream<BroadcastReceiver<int>>);

TEST(Broadcast, GivesEveryItemToEveryReceiver) {
  auto ends = broadcast<int>(4);
  auto second = ends.sender.subscribe();
  EXPECT_EQ(ends.sender.send(1), 2u);
  auto third = ends.sender.subscribe();
  EXPECT_EQ(ends.sender.send(2), 3u);
  EXPECT_EQ(ends.receiver.size(), 2u);
  { const auto gone = std::move(ends.sender); }
  EXPECT_EQ(block_on(ends.receiver | collect<Ints>()), (Ints{1, 2}));
  EXPECT_EQ(block_on(second | collect<Ints>()), (Ints{1, 2}));
  EXPECT_EQ(block_on(third | collect<Ints>()), (Ints{2})) << "it hears what comes after it";
}

TEST(Broadcast, WakesAllThatWait) {
  auto [tx, rx] = broadcast<int>(4);
  std::vector<BroadcastReceiver<int>> receivers;
  std::vector<std::unique_ptr<Hand>> hands;
  for (int i = 0; i < 40; ++i) {
    receivers.push_back(tx.subscribe());
    hands.push_back(std::make_unique<Hand>());
    for (int polls = 0; polls < 2; ++polls) EXPECT_TRUE(hands.back()->waits(receivers.back()));
  }
  tx.send(7);
  for (std::size_t i = 0; i < receivers.size(); ++i) {
    EXPECT_EQ(hands[i]->wakes(), 1);
    EXPECT_EQ(hands[i]->waker.clones(), 1);
    EXPECT_EQ(hands[i]->take(receivers[i]), 7);
  }
}

TEST(Broadcast, TellsASlowReceiverOnceHowManyItHasMissed) {
  auto [tx, rx] = broadcast<int>(3);  // exactly three
  for (int i = 1; i <= 6; ++i) tx.send(i);
  const Hand hand;
  try {
    (void)hand.take(rx);
    FAIL() << "1, 2 and 3 are gone";
  } catch (const Lagged& lagged) {
    EXPECT_EQ(lagged.missed(), 3u);
    EXPECT_NE(std::string(lagged.what()).find("missed 3 items"), std::string::npos);
  }
  for (int i = 4; i <= 6; ++i) EXPECT_EQ(hand.take(rx), i);
  EXPECT_TRUE(hand.waits(rx));
}

TEST(Broadcast, KeepsExactlyItsCapacity) {
  auto [tx, rx] = broadcast<int>(3);
  for (int i = 1; i <= 3; ++i) tx.send(i);
  const Hand hand;
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(hand.take(rx), i) << "three fit, and nothing was missed";
}

TEST(Broadcast, OverwritesNothingWhenItEnds) {
  auto ends = broadcast<int>(2);
  ends.sender.send(1);
  ends.sender.send(2);
  { const auto gone = std::move(ends.sender); }
  EXPECT_FALSE(ends.receiver.is_terminated());
  const Hand hand;
  EXPECT_EQ(hand.take(ends.receiver), 1);
  EXPECT_EQ(hand.take(ends.receiver), 2);
  EXPECT_TRUE(ends.receiver.is_terminated());
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt);
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt);
}

TEST(Broadcast, WakesThoseWhoWaitWhenTheLastSenderGoes) {
  auto ends = broadcast<int>(2);
  auto second = std::make_optional(ends.sender);
  const Hand hand;
  EXPECT_TRUE(hand.waits(ends.receiver));
  { const auto gone = std::move(ends.sender); }
  EXPECT_EQ(hand.wakes(), 0);
  second.reset();
  EXPECT_EQ(hand.wakes(), 1);
}

TEST(Broadcast, SaysThatNobodyListens) {
  const test::DropCounter drops;
  auto ends = broadcast<test::DropCounter::Token>(2);
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(ends.sender.send(drops.token()), 0u);
  EXPECT_EQ(drops.live(), 0) << "nobody will ever hear it";
  auto late = ends.sender.subscribe();
  EXPECT_EQ(ends.sender.send(drops.token()), 1u) << "and the channel can go on";
  EXPECT_EQ(late.size(), 1u);
}

TEST(Broadcast, LetsTheSenderHearWhenTheLastReceiverGoes) {
  auto ends = broadcast<int>(2);
  auto second = std::make_optional(ends.sender.subscribe());
  const Hand hand;
  auto closed = ends.sender.closed();
  EXPECT_TRUE(hand.is_pending(closed));
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(hand.wakes(), 0);
  second.reset();
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(closed));
}

// The copy is made on the side of the receiver, and without the lock.
TEST(Broadcast, SkipsForOneReceiverAnItemWhoseCopyThrows) {
  auto [tx, rx] = broadcast<Brittle>(4);
  auto other = tx.subscribe();
  for (int i = 1; i <= 3; ++i) tx.send(Brittle(i));
  const Hand hand;
  EXPECT_EQ(hand.take(rx)->number, 1);
  Brittle::copies_until_it_throws = 1;
  EXPECT_THROW((void)hand.take(rx), std::runtime_error);
  Brittle::copies_until_it_throws = 0;
  EXPECT_EQ(hand.take(rx)->number, 3) << "it has lost the item that broke, and no other";
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(hand.take(other)->number, i) << "the other one, nothing";
}

TEST(Broadcast, MovesWhileItWaitsAndLeavesNothingBehind) {
  auto ends = broadcast<int>(2);
  const Hand hand;
  EXPECT_TRUE(hand.waits(ends.receiver));
  {
    auto moved = std::move(ends.receiver);
    ends.sender.send(1);
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_EQ(hand.take(moved), 1);
    EXPECT_TRUE(hand.waits(moved));
  }
  EXPECT_EQ(hand.waker.kept(), 0);
  EXPECT_EQ(ends.sender.receivers(), 0u);
}

/// An item that looks whether it is copied or destroyed under the channel's lock: it asks the
/// channel something, which would never return.
struct Curious {
  explicit Curious(const BroadcastSender<Curious>* s) : sender(s) {}
  Curious(const Curious& other) : sender(other.sender) { ask(); }
  Curious(Curious&& other) noexcept : sender(std::exchange(other.sender, nullptr)) {}
  ~Curious() { ask(); }
  void ask() const {
    if (sender) (void)sender->receivers();
  }
  const BroadcastSender<Curious>* sender;
};

TEST(Broadcast, CopiesAndDestroysNoItemUnderItsLock) {
  auto ends = broadcast<Curious>(2);
  const Hand hand;
  for (int i = 0; i < 5; ++i) {
    ends.sender.send(Curious(&ends.sender));  // from the third on, one dies each time
    if (i != 1) continue;
    EXPECT_TRUE(hand.take(ends.receiver).has_value());
  }
  EXPECT_THROW((void)hand.take(ends.receiver), Lagged);
  EXPECT_TRUE(hand.take(ends.receiver).has_value());
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(ends.sender.send(Curious(&ends.sender)), 0u);
}

TEST(Broadcast, RefusesWhatIsMisused) {
  EXPECT_THROW((void)broadcast<int>(0), std::invalid_argument);
  auto ends = broadcast<int>(1);
  const auto moved = std::move(ends.sender);
  EXPECT_THROW(ends.sender.send(1), std::logic_error);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(moved.send(1), 1u);
}

}  // namespace broadcast_test
}  // namespace book
