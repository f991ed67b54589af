#include "03_channel_executor/sync_channel.h"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace book {
namespace sync_channel_test {

TEST(SyncChannel, GivesItemsInTheOrderTheyWereSent) {
  auto [sender, receiver] = sync_channel<int>(3);
  EXPECT_EQ(sender.try_send(1), TrySend::sent);
  EXPECT_EQ(sender.try_send(2), TrySend::sent);
  EXPECT_TRUE(sender.send(3));
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_EQ(receiver.recv(), 2);
  EXPECT_EQ(receiver.recv(), 3);
}

TEST(SyncChannel, RefusesOneItemMoreThanItHasRoomFor) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_EQ(sender.try_send(1), TrySend::sent);
  EXPECT_EQ(sender.try_send(2), TrySend::sent);
  EXPECT_EQ(sender.try_send(3), TrySend::full);
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_EQ(sender.try_send(4), TrySend::sent);
  EXPECT_EQ(receiver.recv(), 2);
  EXPECT_EQ(receiver.recv(), 4);
}

TEST(SyncChannel, HasRoomForAtLeastOneItem) {
  EXPECT_THROW(sync_channel<int>(0), std::invalid_argument);
  EXPECT_EQ(sync_channel<int>(7).first.capacity(), 7u);
}

TEST(SyncChannel, EndsWhenNoSenderIsLeftAndNoItemEither) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_EQ(sender.try_send(1), TrySend::sent);
  sender.drop();
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_EQ(receiver.recv(), std::nullopt);
  EXPECT_EQ(receiver.recv(), std::nullopt);
}

TEST(SyncChannel, TryRecvDoesNotWait) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_EQ(receiver.try_recv(), std::nullopt);
  EXPECT_EQ(sender.try_send(1), TrySend::sent);
  EXPECT_EQ(receiver.try_recv(), 1);
  EXPECT_EQ(receiver.try_recv(), std::nullopt);
}

TEST(SyncChannel, CountsItsSenders) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_EQ(receiver.senders(), 1u);
  {
    SyncSender<int> copy = sender;
    EXPECT_EQ(receiver.senders(), 2u);
    SyncSender<int> moved = std::move(copy);
    EXPECT_EQ(receiver.senders(), 2u) << "a move makes no sender more";
    copy = moved;
    EXPECT_EQ(receiver.senders(), 3u);
    copy = std::move(moved);
    EXPECT_EQ(receiver.senders(), 2u) << "assigning to a sender gives its old one up";
  }
  EXPECT_EQ(receiver.senders(), 1u);
  sender.drop();
  EXPECT_EQ(receiver.senders(), 0u);
  sender.drop();
  EXPECT_EQ(receiver.senders(), 0u) << "dropping twice is dropping once";
}

TEST(SyncChannel, SaysThatADroppedSenderIsNone) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_TRUE(sender);
  SyncSender<int> moved = std::move(sender);
  EXPECT_FALSE(sender);
  EXPECT_THROW((void)sender.try_send(1), std::logic_error);
  EXPECT_THROW(sender.send(1), std::logic_error);
  SyncSender<int> copy_of_none = sender;
  EXPECT_FALSE(copy_of_none);
  EXPECT_EQ(receiver.senders(), 1u);
}

TEST(SyncChannel, RefusesItemsOnceTheReceiverIsGone) {
  auto [sender, receiver] = sync_channel<int>(2);
  { auto gone = std::move(receiver); }
  EXPECT_EQ(sender.try_send(1), TrySend::closed);
  EXPECT_FALSE(sender.send(1));
}

TEST(SyncChannel, DropsWhatNobodyWillReceive) {
  auto [sender, receiver] = sync_channel<std::shared_ptr<int>>(1);
  const auto queued = std::make_shared<int>(1);
  const auto refused = std::make_shared<int>(2);
  EXPECT_EQ(sender.try_send(queued), TrySend::sent);
  EXPECT_EQ(sender.try_send(refused), TrySend::full);
  EXPECT_EQ(refused.use_count(), 1);
  EXPECT_EQ(queued.use_count(), 2);
  { auto gone = std::move(receiver); }
  EXPECT_EQ(queued.use_count(), 1);
}

// What a task is: an item that holds a sender of the channel it lies in.
struct Item {
  SyncSender<Item> sender;
};

TEST(SyncChannel, MayCarryItsOwnSenders) {
  auto [sender, receiver] = sync_channel<Item>(2);
  EXPECT_EQ(sender.try_send(Item{sender}), TrySend::sent);
  EXPECT_EQ(sender.try_send(Item{sender}), TrySend::sent);
  EXPECT_EQ(sender.try_send(Item{sender}), TrySend::full);
  EXPECT_EQ(receiver.senders(), 3u);
  receiver.recv();
  EXPECT_EQ(receiver.senders(), 2u);
  { auto gone = std::move(receiver); }  // neither a leak nor a deadlock
  EXPECT_EQ(sender.try_send(Item{sender}), TrySend::closed);
}

TEST(SyncChannel, MovesItemsThatCanNotBeCopied) {
  auto [sender, receiver] = sync_channel<std::unique_ptr<int>>(1);
  EXPECT_EQ(sender.try_send(std::make_unique<int>(5)), TrySend::sent);
  EXPECT_EQ(**receiver.recv(), 5);
}

TEST(SyncChannel, AFailureIsWhatTheReceiverGetsNextAndEverAfter) {
  auto [sender, receiver] = sync_channel<int>(2);
  EXPECT_EQ(sender.try_send(1), TrySend::sent);
  sender.fail(std::make_exception_ptr(std::runtime_error("lost something")));
  EXPECT_THROW(receiver.recv(), std::runtime_error);
  EXPECT_THROW(receiver.try_recv(), std::runtime_error);
}

TEST(SyncChannel, WakesAReceiverThatWaitsForAnItem) {
  auto [sender, receiver] = sync_channel<int>(1);
  std::thread producer([sender = std::move(sender)] { sender.send(1); });
  EXPECT_EQ(receiver.recv(), 1);
  producer.join();
  EXPECT_EQ(receiver.recv(), std::nullopt);
}

TEST(SyncChannel, WakesAReceiverThatWaitsWhenTheLastSenderLeaves) {
  auto [sender, receiver] = sync_channel<int>(1);
  std::thread producer([sender = std::move(sender)]() mutable { sender.drop(); });
  EXPECT_EQ(receiver.recv(), std::nullopt);
  producer.join();
}

TEST(SyncChannel, WakesAReceiverThatWaitsWithAFailure) {
  auto [sender, receiver] = sync_channel<int>(1);
  std::thread producer([&sender = sender] {
    sender.fail(std::make_exception_ptr(std::runtime_error("lost something")));
  });
  EXPECT_THROW(receiver.recv(), std::runtime_error);
  producer.join();
}

TEST(SyncChannel, WakesASenderThatWaitsForRoom) {
  auto [sender, receiver] = sync_channel<int>(1);
  EXPECT_TRUE(sender.send(1));
  std::thread producer([sender = std::move(sender)] { EXPECT_TRUE(sender.send(2)); });
  EXPECT_EQ(receiver.recv(), 1);
  EXPECT_EQ(receiver.recv(), 2);
  producer.join();
}

TEST(SyncChannel, ReleasesSendersThatWaitForRoomWhenTheReceiverGoes) {
  auto [sender, receiver] = sync_channel<int>(1);
  EXPECT_TRUE(sender.send(1));
  std::vector<std::thread> producers;
  for (int i = 0; i < 3; ++i) {
    producers.emplace_back([sender = sender] { EXPECT_FALSE(sender.send(2)); });
  }
  { auto gone = std::move(receiver); }
  for (std::thread& producer : producers) producer.join();
}

TEST(SyncChannel, LosesNothingBetweenManyThreads) {
  constexpr int kProducers = 4;
  constexpr int kItems = 2'000;
  auto [sender, receiver] = sync_channel<int>(3);
  std::latch start(kProducers);
  std::vector<std::thread> producers;
  for (int p = 0; p < kProducers; ++p) {
    producers.emplace_back([&start, p, sender = sender] {
      start.arrive_and_wait();
      for (int i = 0; i < kItems; ++i) sender.send(p * kItems + i);
    });
  }
  sender.drop();

  std::vector<int> last_of(kProducers, -1);
  int received = 0;
  while (std::optional<int> item = receiver.recv()) {
    EXPECT_LT(last_of[*item / kItems], *item) << "items of one sender overtook each other";
    last_of[*item / kItems] = *item;
    ++received;
  }
  EXPECT_EQ(received, kProducers * kItems);
  for (std::thread& producer : producers) producer.join();
}

}  // namespace sync_channel_test
}  // namespace book
