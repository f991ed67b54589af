// Sinks, forward, and the bounded channel. (Chapter 09)
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
#include "09_streams/local_channel.h"
#include "09_streams/sink.h"
#include "09_streams/sources.h"
#include "script.h"
#include "support/drop_counter.h"

namespace book {
namespace channel_test {

using test::Fail;
using test::Hand;
using test::script;
using test::Wait;
using Ints = std::vector<int>;
using Words = std::vector<std::string>;

static_assert(Sink<LocalSender<int>, int> && Sink<LocalSender<int>&, int>);
static_assert(!Sink<LocalReceiver<int>, int> && !Sink<LocalSender<int>, std::string>);
static_assert(Stream<LocalReceiver<int>> && FusedStream<LocalReceiver<int>>);

/// A sink that takes its time, and writes down what is done to it.
struct Diary {
  Words lines{};
  int pauses = 0;  ///< how often poll_ready, poll_flush and poll_close are pending first

  Poll<void> pause(Context& cx, const char* what) {
    if (left-- > 0) {
      cx.waker().wake_by_ref();
      lines.push_back(std::string(what) + ": pending");
      return pending;
    }
    left = pauses;
    return Poll<void>::ready();
  }
  Poll<void> poll_ready(Context& cx) { return pause(cx, "ready"); }
  void start_send(int item) { lines.push_back("send " + std::to_string(item)); }
  Poll<void> poll_flush(Context& cx) {
    const Poll<void> done = pause(cx, "flush");
    if (done.is_ready()) lines.push_back("flushed");
    return done;
  }
  Poll<void> poll_close(Context& cx) {
    const Poll<void> done = pause(cx, "close");
    if (done.is_ready()) lines.push_back("closed");
    return done;
  }

  int left = pauses;
};

TEST(Sink, SendWaitsForRoomSendsAndFlushes) {
  Diary diary{.pauses = 1};
  block_on(send(diary, 7));
  EXPECT_EQ(diary.lines, (Words{"ready: pending", "send 7", "flush: pending", "flushed"}));
}

TEST(Sink, FeedDoesNotFlush) {
  Diary diary;
  block_on(feed(diary, 1));
  block_on(feed(diary, 2));
  block_on(flush(diary));
  block_on(close(diary));
  EXPECT_EQ(diary.lines, (Words{"send 1", "send 2", "flushed", "closed"}));
}

TEST(Forward, MovesAllItemsAndClosesTheSink) {
  Diary diary;
  block_on(iter({1, 2}) | forward(diary));
  EXPECT_EQ(diary.lines, (Words{"send 1", "send 2", "closed"}));
}

TEST(Forward, AsksForAnItemOnlyWhenTheLastOneIsGone) {
  auto [source, control] = script<int>({1, 2, 3});
  auto [sender, receiver] = local_channel<int>(1);
  auto moving = source | forward(sender);
  Hand hand;
  EXPECT_TRUE(moving.poll(hand.cx).is_pending());
  EXPECT_EQ(control.state->polls, 2)
      << "1 is in the channel, 2 waits for room, 3 stays where it is";
  EXPECT_EQ(hand.take(receiver), 1);
  EXPECT_TRUE(moving.poll(hand.cx).is_pending());
  EXPECT_EQ(control.state->polls, 3);
}

TEST(Forward, FlushesWhileItsSourceWaits) {
  auto [source, control] = script<int>({1, Wait{}, 2});
  Diary diary;
  auto moving = source | forward(diary);
  Hand hand;
  EXPECT_TRUE(moving.poll(hand.cx).is_pending());
  EXPECT_EQ(diary.lines, (Words{"send 1", "flushed"}));
  control.open();
  EXPECT_TRUE(moving.poll(hand.cx).is_ready());
  EXPECT_EQ(diary.lines, (Words{"send 1", "flushed", "send 2", "closed"}));
}

TEST(Forward, LeavesTheSinkOpenWhenTheStreamFails) {
  auto [source, control] = script<int>({1, Fail{}});
  Diary diary;
  EXPECT_THROW(block_on(source | forward(diary)), std::runtime_error);
  EXPECT_EQ(diary.lines, (Words{"send 1"}));
}

TEST(LocalChannel, CarriesItemsInOrderAndThenTheEnd) {
  auto body = []() -> Async<Words> {
    Words seen;
    auto [sender, receiver] = local_channel<std::string>(10);
    {
      auto dropped_first = std::move(sender);
      co_await dropped_first.send("1");
      co_await dropped_first.send("2");
    }
    for (;;) {
      auto item = co_await next(receiver);
      if (!item) break;
      seen.push_back(*item);
    }
    co_return seen;
  };
  EXPECT_EQ(block_on(body()), (Words{"1", "2"}));
}

TEST(LocalChannel, MakesTheSenderWaitWhenItIsFull) {
  auto [sender, receiver] = local_channel<int>(2);
  Hand hand;
  for (int i = 1; i <= 2; ++i) {
    auto sent = sender.send(i);
    EXPECT_TRUE(sent.poll(hand.cx).is_ready());
  }
  auto third = sender.send(3);
  EXPECT_TRUE(third.poll(hand.cx).is_pending());
  EXPECT_EQ(receiver.size(), 2u);
  EXPECT_EQ(hand.take(receiver), 1);
  EXPECT_TRUE(third.poll(hand.cx).is_ready());
  EXPECT_EQ(hand.take(receiver), 2);
  EXPECT_EQ(hand.take(receiver), 3);
  EXPECT_TRUE(hand.is_pending(receiver));
}

TEST(LocalChannel, ConnectsTwoTasks) {
  auto ends = local_channel<int>(1);
  auto produce = [](LocalSender<int> sender) -> Async<> {
    for (int i = 0; i < 100; ++i) co_await sender.send(i);
  };
  Ints seen;
  auto consume = [](LocalReceiver<int> receiver, Ints& into) -> Async<> {
    for (;;) {
      auto item = co_await next(receiver);
      if (!item) break;
      into.push_back(*item);
    }
  };
  Executor executor;
  executor.spawn(produce(std::move(ends.sender)));
  executor.spawn(consume(std::move(ends.receiver), seen));
  executor.run();
  ASSERT_EQ(seen.size(), 100u);
  EXPECT_EQ(seen[99], 99);
}

TEST(LocalChannel, EndsForTheReceiverWhenTheSinkIsClosed) {
  auto [sender, receiver] = local_channel<int>(2);
  block_on(send(sender, 1));
  block_on(close(sender));
  EXPECT_FALSE(receiver.is_terminated()) << "an item is left";
  EXPECT_EQ(block_on(receiver | collect<Ints>()), (Ints{1}));
  EXPECT_TRUE(receiver.is_terminated());
  EXPECT_THROW(block_on(send(sender, 2)), std::logic_error);
}

TEST(LocalChannel, WakesAReceiverThatWaitsWhenTheSenderGoes) {
  auto ends = local_channel<int>(1);
  auto leave = [](LocalSender<int> sender) -> Async<> {
    co_await yield_now();
    const LocalSender<int> gone = std::move(sender);
  };
  Executor executor;
  executor.spawn(leave(std::move(ends.sender)));
  EXPECT_EQ(executor.block_on(next(ends.receiver)), std::nullopt);
}

TEST(LocalChannel, TellsTheSenderThatNobodyWillReceive) {
  auto ends = local_channel<int>(1);
  block_on(send(ends.sender, 1));
  Executor executor;
  auto leave = [](LocalReceiver<int> receiver) -> Async<> {
    co_await yield_now();
    const LocalReceiver<int> gone = std::move(receiver);
  };
  executor.spawn(leave(std::move(ends.receiver)));
  EXPECT_THROW(executor.block_on(send(ends.sender, 2)), ChannelClosed)
      << "it waited for room, and is woken by the receiver's end";
}

TEST(LocalChannel, IsADeadlockWhenTheReceiverOnlyWaits) {
  auto [sender, receiver] = local_channel<int>(1);
  try {
    (void)block_on(next(receiver), {.time = TimeMode::virtual_time});
    FAIL() << "an item, from nowhere";
  } catch (const Deadlock& silence) {
    EXPECT_NE(std::string(silence.what()).find("an item in a channel"), std::string::npos)
        << silence.what();
  }
}

TEST(LocalChannel, RefusesWhatIsMisused) {
  EXPECT_THROW((void)local_channel<int>(0), std::invalid_argument);
  auto [sender, receiver] = local_channel<int>(1);
  sender.start_send(1);
  EXPECT_THROW(sender.start_send(2), std::logic_error);
}

// A sink that asks several others for room, and then sends to all, may come too late for one.
TEST(LocalChannel, RefusesAnItemWhoseReceiverHasGoneSinceThereWasRoom) {
  auto [sender, receiver] = local_channel<int>(1);
  const Waker nobody = Waker::noop();
  Context cx(nobody);
  ASSERT_TRUE(sender.poll_ready(cx).is_ready());
  { const auto gone = std::move(receiver); }
  EXPECT_THROW(sender.start_send(1), ChannelClosed) << "the item would be lost without a word";
}

TEST(LocalChannel, DropsWhatWasNeverReceived) {
  const test::DropCounter drops;
  {
    auto [sender, receiver] = local_channel<test::DropCounter::Token>(3);
    block_on(send(sender, drops.token()));
    block_on(send(sender, drops.token()));
    EXPECT_EQ(drops.live(), 2);
    { const auto gone = std::move(receiver); }
    EXPECT_EQ(drops.live(), 0) << "nobody can take them any more";
  }
  EXPECT_EQ(drops.live(), 0);
}

TEST(LocalChannel, DropsAnItemWhoseSendIsDropped) {
  const test::DropCounter drops;
  auto [sender, receiver] = local_channel<test::DropCounter::Token>(1);
  block_on(send(sender, drops.token()));
  Hand hand;
  {
    auto waiting = send(sender, drops.token());
    EXPECT_TRUE(waiting.poll(hand.cx).is_pending());
    EXPECT_EQ(drops.live(), 2);
  }
  EXPECT_EQ(drops.live(), 1);
  EXPECT_TRUE(hand.take(receiver).has_value());
  EXPECT_TRUE(hand.is_pending(receiver));
}

TEST(SendAll, SendsAndFlushesAndLeavesTheSinkOpen) {
  auto ends = local_channel<int>(10);
  block_on(send_all(ends.sender, iter({1, 2})));
  block_on(send_all(ends.sender, iter({3})));
  test::Hand hand;
  EXPECT_EQ(hand.take(ends.receiver), 1);
  EXPECT_EQ(hand.take(ends.receiver), 2);
  EXPECT_EQ(hand.take(ends.receiver), 3);
  EXPECT_TRUE(hand.is_pending(ends.receiver)) << "Nobody has closed it.";
}

TEST(SendAll, OwnsATemporarySink) {
  auto ends = local_channel<int>(10);
  block_on(send_all(std::move(ends.sender), iter({1})));
  test::Hand hand;
  EXPECT_EQ(hand.take(ends.receiver), 1);
  EXPECT_EQ(hand.take(ends.receiver), std::nullopt) << "It went with the future.";
}

}  // namespace channel_test
}  // namespace book
