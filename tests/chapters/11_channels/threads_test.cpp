// The channels between threads: nothing is lost, nothing comes twice, nobody sleeps forever. Every
// operation is also dropped now and then, at whatever point it stands. (Chapter 11)
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "11_channels/broadcast.h"
#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "11_channels/watch.h"
#include "by_hand.h"
#include "support/sanitizer.h"
#include "support/thread_parker.h"

namespace book {
namespace threads_test {

constexpr int kMany = test::under_sanitizer() ? 1'000 : 4'000;

using test::finish;

TEST(Threads, SendAndReceiveThroughABoundedChannel) {
  for (const std::size_t capacity : {1u, 2u, 7u, 100u}) {
    auto ends = channel<int>(capacity);
    std::vector<std::thread> threads;
    for (int s = 0; s < 3; ++s) {
      threads.emplace_back([tx = ends.sender, s]() mutable {
        for (int i = 0; i < kMany; ++i) {
          const bool gives_up = i % 3 == 0;  // dropped, and then tried again
          for (bool sent = false; !sent;) {
            if (s == 2) {
              auto sending = send(tx, s * kMany + i);  // as a sink
              sent = finish(sending, gives_up).has_value();
            } else {
              auto sending = tx.send(s * kMany + i);
              sent = finish(sending, gives_up).has_value();
            }
          }
        }
      });
    }
    { const auto gone = std::move(ends.sender); }
    std::vector<int> expected(3, 0);
    for (int count = 0;; ++count) {
      auto receiving = next(ends.receiver);
      auto item = finish(receiving, count % 5 == 0);
      if (!item) continue;
      if (!item->value()) break;
      const auto sender = static_cast<std::size_t>(*item->value() / kMany);
      ASSERT_EQ(*item->value() % kMany, expected[sender]++) << "one is missing, or came twice";
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(expected, std::vector<int>(3, kMany));
  }
}

TEST(Threads, SendManyAtOnceByReserving) {
  auto ends = channel<int>(8);
  std::vector<std::thread> threads;
  for (int s = 0; s < 3; ++s) {
    threads.emplace_back([tx = ends.sender, s] {
      for (int i = 0; i < kMany / 5; ++i) {
        for (bool sent = false; !sent;) {
          auto reserving = tx.reserve(static_cast<std::size_t>(1 + (i + s) % 8));
          auto permits = finish(reserving, i % 4 == s);
          if (!permits) continue;
          sent = permits->value().send(1);  // the others go back
        }
      }
    });
  }
  { const auto gone = std::move(ends.sender); }
  std::vector<int> items;
  for (;;) {
    auto receiving = ends.receiver.recv_many(items, 5);
    if (finish(receiving)->value() == 0) break;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(items.size(), static_cast<std::size_t>(3 * (kMany / 5)));
}

// The receiver closes or goes in the middle of it: every send ends, one way or the other, and every
// item is in exactly one pair of hands.
TEST(Threads, EndWhileOthersSend) {
  for (int round = 0; round < 200; ++round) {
    const test::DropCounter drops;
    std::atomic<int> accepted{0};
    int received = 0;
    {
      auto ends = channel<test::DropCounter::Token>(2);
      std::vector<std::thread> threads;
      for (int s = 0; s < 2; ++s) {
        threads.emplace_back([&, tx = ends.sender] {
          try {
            for (;;) {
              auto sending = tx.send(drops.token());
              finish(sending);
              accepted.fetch_add(1);
            }
          } catch (const ChannelClosed&) {
          }
        });
      }
      { const auto gone = std::move(ends.sender); }
      {
        auto rx = std::move(ends.receiver);
        for (int i = 0; i < round % 20; ++i) {
          auto receiving = next(rx);
          received += finish(receiving)->value().has_value() ? 1 : 0;
        }
        if (round % 2 == 0) {
          rx.close();
          for (;;) {
            auto receiving = next(rx);
            if (!finish(receiving)->value()) break;
            ++received;
          }
        }
      }
      for (std::thread& thread : threads) thread.join();
    }
    if (round % 2 == 0) {
      EXPECT_EQ(received, accepted.load()) << "closed in order: all that was accepted has come";
    }
    EXPECT_EQ(drops.live(), 0);
  }
}

TEST(Threads, UseTheBlockingEnds) {
  auto there = channel<int>(2);
  auto back = channel<int>(2);
  std::thread worker([rx = std::move(there.receiver), tx = std::move(back.sender)]() mutable {
    for (;;) {
      const std::optional<int> item = rx.recv_blocking();
      if (!item) break;
      tx.send_blocking(*item * 2);
    }
  });
  long sum = 0;
  auto ask = [](Sender<int> tx) -> Async<> {
    for (int i = 0; i < kMany; ++i) co_await tx.send(i);
  };
  auto hear = [](Receiver<int>& rx, long& into) -> Async<> {
    for (;;) {
      auto item = co_await next(rx);
      if (!item) break;
      into += *item;
    }
  };
  Executor executor;
  const Reactor::OutsideWork worker_is_at_it(executor.reactor());
  executor.spawn(ask(std::move(there.sender)));
  executor.block_on(hear(back.receiver, sum));
  worker.join();
  EXPECT_EQ(sum, static_cast<long>(kMany) * (kMany - 1));
}

TEST(Threads, AreRefusedTheBlockingEndsInsideATask) {
  auto ends = channel<int>(1);
  auto blocks = [](Sender<int>& tx, Receiver<int>& rx) -> Async<> {
    EXPECT_THROW(tx.send_blocking(1), std::logic_error);
    EXPECT_THROW((void)rx.recv_blocking(), std::logic_error);
    co_return;
  };
  block_on(blocks(ends.sender, ends.receiver));
}

TEST(Threads, PassOneValueEach) {
  for (int i = 0; i < kMany / 10; ++i) {
    const test::DropCounter drops;
    auto ends = oneshot<test::DropCounter::Token>();
    std::thread other([&, tx = std::move(ends.sender)]() mutable {
      if (i % 4 == 1) return;  // goes without a word
      if (i % 4 == 2) {
        auto closed = tx.closed();
        finish(closed, true);
      }
      (void)tx.send(drops.token());
    });
    {
      auto rx = std::move(ends.receiver);
      const bool gives_up = i % 3 == 0;
      try {
        const auto value = finish(rx, gives_up);
        if (!gives_up) {
          EXPECT_TRUE(value.has_value());
        }
      } catch (const ChannelClosed&) {
        EXPECT_EQ(i % 4, 1);
      }
    }
    other.join();
    EXPECT_EQ(drops.live(), 0);
  }
}

TEST(Threads, HearABroadcastInOrder) {
  auto ends = broadcast<int>(16);
  std::vector<std::thread> threads;
  std::atomic<int> ended{0};
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, rx = ends.sender.subscribe(), t]() mutable {
      int expected = 0;
      for (int count = 0;; ++count) {
        try {
          auto receiving = next(rx);
          const auto item = finish(receiving, count % 7 == t);
          if (!item) continue;
          if (!item->value()) break;
          if (*item->value() != expected++) return ADD_FAILURE() << "out of order", void();
        } catch (const Lagged& lagged) {
          expected += static_cast<int>(lagged.missed());
        }
      }
      EXPECT_EQ(expected, kMany) << "items and missed ones together are all";
      ended.fetch_add(1);
    });
  }
  for (int i = 0; i < kMany; ++i) ends.sender.send(i);
  { const auto gone = std::move(ends.sender); }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended.load(), 3);
}

TEST(Threads, SeeTheLastValueOfAWatch) {
  auto ends = watch(0);
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([rx = ends.sender.subscribe(), t]() mutable {
      int last = 0;
      for (int count = 0;; ++count) {
        try {
          auto changed = rx.changed();
          if (!finish(changed, count % 7 == t)) continue;
        } catch (const ChannelClosed&) {
          break;
        }
        const int value = *rx.get();
        EXPECT_GE(value, last);
        last = value;
      }
      EXPECT_EQ(last, 2 * kMany);
    });
  }
  std::thread other([tx = ends.sender] {
    for (int i = 0; i < kMany; ++i) tx.modify([](int& value) { ++value; });
  });
  for (int i = 0; i < kMany; ++i) ends.sender.modify([](int& value) { ++value; });
  { const auto gone = std::move(ends.sender); }
  other.join();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace threads_test
}  // namespace book
