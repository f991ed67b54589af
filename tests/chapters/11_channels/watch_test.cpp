// watch<T>(initial): the latest value, and who wants to know. (Chapter 11)
#include "11_channels/watch.h"

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
namespace watch_test {

using test::Hand;

static_assert(FusedStream<WatchReceiver<int>>);

TEST(Watch, ShowsTheLatestValue) {
  auto [tx, rx] = watch<std::string>("first");
  EXPECT_EQ(*rx.get(), "first");
  tx.send("second");
  tx.send("third");
  EXPECT_EQ(*rx.get(), "third");
  EXPECT_EQ(rx.get()->size(), 5u);
  EXPECT_EQ(*tx.get(), "third");
}

TEST(Watch, StoresAValueThatNobodyListensTo) {
  auto ends = watch(1);
  { const auto gone = std::move(ends.receiver); }
  ends.sender.send(2);
  EXPECT_EQ(*ends.sender.subscribe().get(), 2);
}

TEST(Watch, TellsOfAChangeOnceHoweverManyThereWere) {
  auto [tx, rx] = watch(0);
  const Hand hand;
  {
    auto changed = rx.changed();
    EXPECT_TRUE(hand.is_pending(changed)) << "the first value was there when rx came";
    EXPECT_TRUE(hand.is_pending(changed));
    EXPECT_EQ(hand.waker.clones(), 1);
    for (int i = 1; i <= 5; ++i) tx.send(i);
    EXPECT_EQ(hand.wakes(), 1);
    EXPECT_TRUE(hand.is_ready(changed));
  }
  EXPECT_EQ(*rx.get(), 5);
  EXPECT_FALSE(rx.has_changed());
  auto again = rx.changed();
  EXPECT_TRUE(hand.is_pending(again));
}

TEST(Watch, KeepsASnapshotAsItWas) {
  auto [tx, rx] = watch<std::string>("old");
  const Snapshot<std::string> before = rx.get();
  tx.send("new");  // no lock is held by who looks
  EXPECT_EQ(*before, "old");
  EXPECT_EQ(*rx.get(), "new");
}

TEST(Watch, WaitsForAValueThatIsLiked) {
  auto [tx, rx] = watch(1);
  const Hand hand;
  auto big = rx.wait_for([](int value) { return value > 10; });
  EXPECT_TRUE(hand.is_pending(big));
  tx.send(5);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_TRUE(hand.is_pending(big));
  tx.send(20);
  EXPECT_EQ(hand.wakes(), 2);
  EXPECT_EQ(*hand.poll(big).value(), 20);
  EXPECT_FALSE(rx.has_changed());
  auto seen = rx.wait_for([](int value) { return value == 20; });
  EXPECT_TRUE(hand.is_ready(seen)) << "the value that is there counts, seen or not";
}

TEST(Watch, PassesOnWhatTheQuestionThrows) {
  auto [tx, rx] = watch(1);
  tx.send(2);
  EXPECT_THROW(block_on(rx.wait_for([](int) -> bool { throw std::runtime_error("no"); })),
               std::runtime_error);
  EXPECT_TRUE(rx.has_changed()) << "it was not seen to its end";
}

TEST(Watch, EndsWhenTheLastSenderIsGoneAndNothingIsUnseen) {
  auto ends = watch(1);
  auto second = std::make_optional(ends.sender);
  const Hand hand;
  auto changed = ends.receiver.changed();
  EXPECT_TRUE(hand.is_pending(changed));
  second.reset();
  EXPECT_EQ(hand.wakes(), 0) << "one sender is left";
  ends.sender.send(2);
  { const auto gone = std::move(ends.sender); }
  EXPECT_TRUE(hand.is_ready(changed)) << "the last value first";
  EXPECT_EQ(*ends.receiver.get(), 2);
  auto none = ends.receiver.changed();
  EXPECT_THROW((void)hand.poll(none), ChannelClosed);
  auto never = ends.receiver.wait_for([](int value) { return value == 3; });
  EXPECT_THROW((void)hand.poll(never), ChannelClosed);
}

TEST(Watch, WakesThoseWhoWaitWhenTheLastSenderGoes) {
  auto ends = watch(1);
  const Hand hand;
  auto changed = ends.receiver.changed();
  EXPECT_TRUE(hand.is_pending(changed));
  { const auto gone = std::move(ends.sender); }
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_THROW((void)hand.poll(changed), ChannelClosed);
}

TEST(Watch, CanBeMarkedSeenAndUnseen) {
  auto [tx, rx] = watch(1);
  tx.send(2);
  EXPECT_TRUE(rx.has_changed());
  rx.mark_seen();
  EXPECT_FALSE(rx.has_changed());
  rx.mark_unseen();
  const Hand hand;
  auto changed = rx.changed();
  EXPECT_TRUE(hand.is_ready(changed));
}

TEST(Watch, IsAStreamOfWhatItFinds) {
  auto ends = watch(0);
  const Hand hand;
  EXPECT_TRUE(hand.waits(ends.receiver));
  ends.sender.send(1);
  ends.sender.send(2);
  EXPECT_EQ(hand.wakes(), 1);
  EXPECT_EQ(**hand.take(ends.receiver), 2);
  auto moved = std::move(ends.receiver);
  EXPECT_TRUE(hand.waits(moved));
  ends.sender.send(3);
  { const auto gone = std::move(ends.sender); }
  EXPECT_FALSE(moved.is_terminated());
  EXPECT_EQ(**hand.take(moved), 3);
  EXPECT_TRUE(moved.is_terminated());
  EXPECT_FALSE(hand.take(moved).has_value());
}

TEST(Watch, GivesEachCopyItsOwnEyes) {
  auto [tx, rx] = watch(0);
  tx.send(1);
  auto copy = rx;
  rx.mark_seen();
  EXPECT_TRUE(copy.has_changed());
  EXPECT_EQ(tx.receivers(), 2u);
}

TEST(Watch, ModifiesACopy) {
  auto [tx, rx] = watch<std::vector<int>>({1});
  const auto before = rx.get();
  tx.modify([](std::vector<int>& list) { list.push_back(2); });
  EXPECT_EQ(before->size(), 1u);
  EXPECT_EQ(rx.get()->size(), 2u);
  EXPECT_THROW(tx.modify([](std::vector<int>&) { throw std::runtime_error("no"); }),
               std::runtime_error);
  EXPECT_EQ(rx.get()->size(), 2u) << "as it was";
}

TEST(Watch, ModifiesAnewWhatAnotherHasSentMeanwhile) {
  auto [tx, rx] = watch(1);
  int calls = 0;
  tx.modify([&, &tx = tx](int& value) {
    if (++calls == 1) tx.send(100);  // as another thread would
    value += 1;
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(*rx.get(), 101) << "nothing that was sent is lost";
}

TEST(Watch, LetsTheSenderHearWhenTheLastReceiverGoes) {
  auto ends = watch(1);
  auto second = std::make_optional(ends.receiver);
  const Hand hand;
  auto closed = ends.sender.closed();
  EXPECT_TRUE(hand.is_pending(closed));
  { const auto gone = std::move(ends.receiver); }
  EXPECT_EQ(hand.wakes(), 0);
  second.reset();
  EXPECT_EQ(hand.wakes(), 1);
}

TEST(Watch, SaysWhatIsMissingInADeadlock) {
  auto [tx, rx] = watch(1);
  try {
    block_on(rx.changed(), {.time = TimeMode::virtual_time});
    FAIL() << "a change, from nowhere";
  } catch (const Deadlock& silence) {
    EXPECT_NE(std::string(silence.what()).find("a new value of a watch"), std::string::npos);
  }
}

TEST(Watch, RefusesASenderThatWasMovedFrom) {
  auto ends = watch(1);
  const auto moved = std::move(ends.sender);
  EXPECT_THROW(ends.sender.send(2), std::logic_error);  // NOLINT(bugprone-use-after-move)
  moved.send(2);
}

TEST(Watch, AlignsItsValues) {
  auto [tx, rx] = watch(test::Wide(0));
  std::vector<Snapshot<test::Wide>> kept;
  for (int i = 0; i < 8; ++i) {
    tx.send(test::Wide(i));
    kept.push_back(rx.get());
    EXPECT_TRUE(kept.back()->lies_right());
  }
}

}  // namespace watch_test
}  // namespace book
