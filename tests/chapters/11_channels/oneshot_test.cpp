// oneshot<T>(): one value, from one task to one other. (Chapter 11)
#include "11_channels/oneshot.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "11_channels/wait_here.h"
#include "by_hand.h"

namespace book {
namespace oneshot_test {

using test::Hand;
using Token = test::DropCounter::Token;

static_assert(Future<OneshotReceiver<test::Unique>>, "a value need only move");

TEST(Oneshot, CarriesOneValue) {
  auto [tx, rx] = oneshot<std::string>();
  EXPECT_TRUE(tx.send("here"));
  EXPECT_EQ(block_on(std::move(rx)), "here");
}

TEST(Oneshot, WakesTheReceiverThatWaits) {
  auto [tx, rx] = oneshot<int>();
  const Hand hand;
  EXPECT_TRUE(hand.is_pending(rx));
  EXPECT_TRUE(hand.is_pending(rx));
  EXPECT_EQ(hand.waker.clones(), 1);
  EXPECT_TRUE(tx.send(7));
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(hand.poll(rx).value(), 7);
  EXPECT_EQ(hand.waker.kept(), 0);
}

TEST(Oneshot, TellsTheReceiverWhenTheSenderGoesWithoutAWord) {
  auto ends = oneshot<int>();
  const Hand hand;
  EXPECT_TRUE(hand.is_pending(ends.receiver));
  { const auto gone = std::move(ends.sender); }
  EXPECT_EQ(hand.wakes(), 1);
  try {
    (void)hand.poll(ends.receiver);
    FAIL() << "a value, from nowhere";
  } catch (const ChannelClosed& closed) {
    EXPECT_NE(std::string(closed.what()).find("without sending"), std::string::npos);
  }
}

TEST(Oneshot, LeavesTheValueWhenTheReceiverIsGone) {
  for (const bool by_close : {true, false}) {
    auto ends = oneshot<std::unique_ptr<int>>();
    if (by_close) ends.receiver.close();
    if (!by_close) const auto gone = std::move(ends.receiver);
    EXPECT_TRUE(ends.sender.is_closed());
    auto value = std::make_unique<int>(7);
    EXPECT_FALSE(ends.sender.send(std::move(value)));
    EXPECT_TRUE(value);  // NOLINT(bugprone-use-after-move): that is the point
  }
}

TEST(Oneshot, CanBeAskedWithoutWaiting) {
  auto [tx, rx] = oneshot<int>();
  EXPECT_EQ(rx.try_recv(), std::nullopt);
  tx.send(7);
  EXPECT_EQ(rx.try_recv(), 7);
  EXPECT_THROW((void)rx.try_recv(), std::logic_error) << "it comes once";
  auto silent = oneshot<int>();
  { const auto gone = std::move(silent.sender); }
  EXPECT_THROW((void)silent.receiver.try_recv(), ChannelClosed);
}

TEST(Oneshot, GivesWhatWasSentBeforeItWasClosed) {
  auto [tx, rx] = oneshot<int>();
  tx.send(7);
  rx.close();
  EXPECT_EQ(block_on(std::move(rx)), 7);
}

TEST(Oneshot, LetsTheSenderHearThatNobodyWaits) {
  auto ends = oneshot<int>();
  const Hand hand;
  auto closed = ends.sender.closed();
  EXPECT_TRUE(hand.is_pending(closed));
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_ready(closed));
}

TEST(Oneshot, LeavesNoWakerBehindAClosedThatIsDropped) {
  auto ends = oneshot<int>();
  const Hand hand;
  {
    auto closed = ends.sender.closed();
    EXPECT_TRUE(hand.is_pending(closed));
    EXPECT_TRUE(ends.sender.send(1)) << "the sender is used up, and its closed() is still there";
  }
  EXPECT_EQ(block_on(std::move(ends.receiver)), 1);
  EXPECT_EQ(hand.waker.kept(), 0);
}

TEST(Oneshot, DropsAValueThatNobodyTook) {
  const test::DropCounter drops;
  {
    auto ends = oneshot<Token>();
    EXPECT_TRUE(ends.sender.send(drops.token()));
    EXPECT_EQ(drops.live(), 1);
    { const auto gone = std::move(ends.receiver); }
    EXPECT_EQ(drops.live(), 0);
  }
  EXPECT_EQ(drops.live(), 0);
}

TEST(Oneshot, CanBeTriedAgainWhenTheValuesMoveThrows) {
  auto [tx, rx] = oneshot<test::Brittle>();
  test::Brittle::moves_until_it_throws = 1;
  EXPECT_THROW(tx.send(test::Brittle(1)), std::runtime_error);
  test::Brittle::moves_until_it_throws = 0;
  EXPECT_FALSE(rx.try_recv());
  EXPECT_TRUE(tx.send(test::Brittle(2)));
  EXPECT_EQ(rx.try_recv()->number, 2);
}

TEST(Oneshot, RefusesASecondValue) {
  auto [tx, rx] = oneshot<int>();
  tx.send(1);
  EXPECT_THROW(tx.send(2), std::logic_error);
  const OneshotSender<int> moved = std::move(tx);
  EXPECT_THROW((void)moved.is_closed(), std::logic_error);
}

TEST(Oneshot, SaysWhatIsMissingInADeadlock) {
  auto ends = oneshot<int>();
  try {
    (void)block_on(std::move(ends.receiver), {.time = TimeMode::virtual_time});
    FAIL() << "a value, from nowhere";
  } catch (const Deadlock& silence) {
    EXPECT_NE(std::string(silence.what()).find("the value of a oneshot"), std::string::npos);
  }
}

TEST(Oneshot, AlignsItsValue) {
  std::vector<OneshotEnds<test::Wide>> kept;
  for (int i = 0; i < 8; ++i) {
    kept.push_back(oneshot<test::Wide>());
    EXPECT_TRUE(kept.back().sender.send(test::Wide(i)));
  }
  for (auto& ends : kept) EXPECT_TRUE(ends.receiver.try_recv()->lies_right());
}

}  // namespace oneshot_test
}  // namespace book
