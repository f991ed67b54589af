// Tests of the piece send: it waits for room, and no item is lost.
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "11_channels/mpsc.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;

TEST(Send, PutsTheItemIntoTheChannel) {
  auto ends = channel<int>(2);
  auto& [tx, rx] = ends;
  const Hand sender, receiver;
  auto sending = tx.send(7);
  ASSERT_TRUE(sender.is_ready(sending))
      << "SendItem::poll: there is room in the channel, and it says pending.";
  EXPECT_EQ(receiver.take(rx), 7);
}

TEST(Send, WakesTheReceiver) {
  auto ends = channel<int>(2);
  auto& [tx, rx] = ends;
  const Hand sender, receiver;
  ASSERT_TRUE(receiver.waits(rx));
  auto sending = tx.send(7);
  ASSERT_TRUE(sender.is_ready(sending));
  EXPECT_EQ(receiver.wakes(), 1)
      << "SendItem::poll: an item came, and the receiver, which waits for one, sleeps on. put() "
      << "gives its waker.";
  EXPECT_EQ(receiver.take(rx), 7);
}

TEST(Send, WaitsWhileTheChannelIsFull) {
  auto ends = channel<int>(1);
  auto& [tx, rx] = ends;
  const Hand sender, receiver;
  auto first = tx.send(1), second = tx.send(2);
  ASSERT_TRUE(sender.is_ready(first));
  ASSERT_TRUE(sender.is_pending(second))
      << "SendItem::poll: no room, and it says that it has sent.";
  EXPECT_EQ(receiver.take(rx), 1);
  EXPECT_EQ(sender.wakes(), 1) << "A slot is free: the sender in the queue is told.";
  ASSERT_TRUE(sender.is_ready(second));
  EXPECT_EQ(receiver.take(rx), 2);
}

TEST(Send, OneItemTakesOneSlot) {
  auto ends = channel<int>(3);
  auto& [tx, rx] = ends;
  const Hand sender, receiver;
  {
    auto sending = tx.send(1);
    ASSERT_TRUE(sender.is_ready(sending));
    EXPECT_EQ(tx.capacity(), 2u);
  }
  EXPECT_EQ(tx.capacity(), 2u)
      << "SendItem::poll: the future has gone, and has given back a slot in which its item lies. "
      << "Once the item is in it, the slot is the item's: claim_.got is 0.";
  EXPECT_EQ(receiver.take(rx), 1);
  EXPECT_EQ(tx.capacity(), 3u);
}

TEST(Send, ThrowsWhenTheReceiverIsGone) {
  auto ends = channel<int>(1);
  auto& tx = ends.sender;
  const Hand sender;
  { const auto gone = std::move(ends.receiver); }
  auto sending = tx.send(1);
  EXPECT_THROW((void)sender.poll(sending), ChannelClosed);
  EXPECT_EQ(sending.take_back(), 1) << "The item of a send that was refused is still there.";
}

TEST(Send, DroppedWhileItWaitsItLeavesTheQueue) {
  auto ends = channel<int>(1);
  auto& [tx, rx] = ends;
  const Hand gives_up, stays, receiver;
  auto first = tx.send(1);
  ASSERT_TRUE(stays.is_ready(first));
  auto third = tx.send(3);
  {
    auto second = tx.send(2);
    ASSERT_TRUE(gives_up.is_pending(second));
    ASSERT_TRUE(stays.is_pending(third));
  }
  EXPECT_EQ(receiver.take(rx), 1);
  EXPECT_EQ(stays.wakes(), 1);
  ASSERT_TRUE(stays.is_ready(third));
  EXPECT_EQ(receiver.take(rx), 3) << "The second send was dropped, and nothing of it came.";
}

/// The receiver looks as soon as it is woken, as one on another thread may.
TEST(Send, TheItemIsThereWhenTheReceiverIsWoken) {
  auto ends = channel<int>(1);
  auto& [tx, rx] = ends;
  Hand sender, receiver;
  std::optional<int> got;
  receiver.waker.on_wake(
      [&, from = &rx] { got = receiver.take(*from); });  // under the lock this would hang
  ASSERT_TRUE(receiver.waits(rx));
  auto sending = tx.send(5);
  ASSERT_TRUE(sender.is_ready(sending));
  EXPECT_EQ(got, 5);
}

}  // namespace
}  // namespace book
