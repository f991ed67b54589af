// The explorer sees what the orders of atomic operations allow: classic races, each with the
// sentence that mends it.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>

#include "explorer/explorer.h"

namespace book::explorer {
namespace {

using Order = std::memory_order;

/// Two threads write into two boxes, and look into each other's.
Result store_buffering(Order order, int late_stores) {
  struct Shared {
    std::atomic<int> mine[2] = {0, 0};
    int seen[2] = {-1, -1};
  };
  return explore("two flags", {.late_stores = late_stores}, [order](Explore& e) {
    auto& s = e.make<Shared>();
    for (int i = 0; i < 2; ++i) {
      e.thread(i ? "right" : "left", [&s, i, order] {
        s.mine[i].store(1, order);
        s.seen[i] = s.mine[1 - i].load(order);
      });
    }
    e.finally([&s] { check(s.seen[0] || s.seen[1], "neither saw the other"); });
  });
}

TEST(StoreBuffers, LetTwoThreadsMissEachOther) {
  EXPECT_EQ(store_buffering(Order::release, 2).failure, "neither saw the other");
  EXPECT_EQ(store_buffering(Order::relaxed, 1).failure, "neither saw the other");
}
TEST(StoreBuffers, AloneAreToBlame) { EXPECT_TRUE(store_buffering(Order::release, 0).passed()); }
TEST(StoreBuffers, AreForbiddenBySeqCst) {
  EXPECT_TRUE(store_buffering(Order::seq_cst, 2).passed());
}

TEST(StoreBuffers, KeepTheStoresOfOneThreadInTheirOrder) {
  struct Shared {
    std::atomic<int> first{0}, second{0};
  };
  const Result result = explore("two stores", {.preemptions = 4}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("writer", [&s] {
      s.first.store(1, Order::relaxed);
      s.second.store(1, Order::relaxed);
    });
    e.thread("reader", [&s] {
      if (s.second.load(Order::relaxed))
        check(s.first.load(Order::relaxed), "the second came first");
    });
  });
  EXPECT_TRUE(result.passed()) << result.report;
}

TEST(StoreBuffers, AThreadSeesItsOwnLateStores) {
  const Result result = explore("own store", {}, [](Explore& e) {
    auto& word = e.make<std::atomic<int>>(0);
    e.thread("writer", [&word] {
      word.store(1, Order::relaxed);
      check(word.load(Order::relaxed) == 1, "my own store is not there");
      check(word.fetch_add(1, Order::relaxed) == 1, "my own store is not there");
    });
    e.thread("reader", [&word] { word.load(Order::relaxed); });
    e.finally([&word] { check(word.load(Order::relaxed) == 2, "a store is lost"); });
  });
  EXPECT_TRUE(result.passed()) << result.report;
}

/// A message, and a flag that says it is there.
Result message_passing(Order write, Order read) {
  struct Shared {
    std::atomic<bool> flag{false};
    int message = 0;
  };
  return explore("a message", {}, [write, read](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("writer", [&s, write] {
      s.message = 7;
      s.flag.store(true, write);
    });
    e.thread("reader", [&s, read] {
      if (s.flag.load(read)) check(s.message == 7, "the message is not there");
    });
  });
}

TEST(Clocks, SeeAMessageThatNothingOrders) {
  for (const Result& result : {message_passing(Order::relaxed, Order::acquire),
                               message_passing(Order::release, Order::relaxed)}) {
    EXPECT_EQ(result.failure.substr(0, 24), "data race: writer writes");
    EXPECT_NE(result.failure.find("reader reads it at orders_test.cpp:"), std::string::npos);
  }
}
TEST(Clocks, AcceptReleaseAndAcquire) {
  EXPECT_TRUE(message_passing(Order::release, Order::acquire).passed());
  EXPECT_TRUE(message_passing(Order::seq_cst, Order::seq_cst).passed());
}

TEST(Clocks, ARelaxedStoreBreaksTheChainAndARelaxedChangeDoesNot) {
  struct Shared {
    std::atomic<int> flag{0};
    int message = 0;
  };
  const auto relay = [](bool by_change) {
    return explore("a message by way of a third", {}, [by_change](Explore& e) {
      auto& s = e.make<Shared>();
      e.thread("writer", [&s] {
        s.message = 7;
        s.flag.store(1, Order::release);
      });
      e.thread("relay", [&s, by_change] {
        if (s.flag.load(Order::relaxed) != 1) return;
        by_change ? void(s.flag.fetch_add(1, Order::relaxed)) : s.flag.store(2, Order::relaxed);
      });
      e.thread("reader", [&s] {
        if (s.flag.load(Order::acquire) == 2) check(s.message == 7, "the message is not there");
      });
    });
  };
  EXPECT_EQ(relay(false).failure.substr(0, 10), "data race:");
  EXPECT_TRUE(relay(true).passed());
}

TEST(Clocks, NeighboursInOneWordAreNoRace) {
  struct Shared {
    char left = 0, right = 0;
    short far = 0;
    int farther = 0;
  };
  const Result result = explore("neighbours", {}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("left", [&s] { s.left = 1; });
    e.thread("right", [&s] { s.right = 1; });
    e.thread("far", [&s] { s.far = 1; });
    e.thread("farther", [&s] { s.farther = 1; });
  });
  EXPECT_TRUE(result.passed()) << result.failure;
}

TEST(Clocks, SeeThatFreedMemoryIsUsed) {
  struct Shared {
    std::atomic<int*> number{new int(7)};
  };
  const Result result = explore("freed", {}, [](Explore& e) {
    auto& s = e.make<Shared>();
    e.thread("user", [&s] {
      if (int* number = s.number.load(Order::acquire)) *number = 8;
    });
    e.thread("owner", [&s] { delete s.number.exchange(nullptr, Order::acq_rel); });
  });
  EXPECT_TRUE(result.failure.starts_with("use after free: owner freed it at") ||
              result.failure.starts_with("data race: user"))
      << result.failure;
}

}  // namespace
}  // namespace book::explorer
