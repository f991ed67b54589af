// Virtual functions that are coroutines, and the count of their frames. (Chapter 16)
#include "16_workarounds/async_trait.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "04_io_executor/block_on.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "16_workarounds/boxed_future.h"
#include "support/hand.h"

namespace book {
namespace async_trait_test {

class Prices : public AsyncTrait {
 public:
  virtual Async<int> of(int article) const = 0;
  virtual BoxFuture<int> in_stock(int article) = 0;
};

class Shop final : public Prices {
 public:
  explicit Shop(int factor) : factor_(factor) {}
  Async<int> of(int article) const override {
    if (article < 0) throw std::out_of_range("no such article");
    co_await yield_now();
    co_return article* factor_;
  }
  BoxFuture<int> in_stock(int article) override { return ready(article); }

 private:
  int factor_;
};

Async<int> sum_of_both(const Prices& prices, int article) {
  const int one = co_await prices.of(article);
  const int two = co_await prices.of(article);
  co_return one + two;
}

/// By value: no pointer to the object is kept.
Async<int> by_share(std::shared_ptr<Prices> prices, int article) {
  const int price = co_await prices->of(article);
  co_return price;
}

TEST(AsyncTrait, IsCalledThroughItsBase) {
  std::unique_ptr<Prices> prices = std::make_unique<Shop>(3);
  EXPECT_EQ(block_on(prices->of(7)), 21);
  EXPECT_EQ(block_on(prices->in_stock(7)), 7);
  EXPECT_EQ(block_on(sum_of_both(*prices, 7)), 42);
  EXPECT_THROW(block_on(prices->of(-1)), std::out_of_range);
  EXPECT_EQ(prices->calls(), 0u);
}

TEST(AsyncTrait, CountsTheFramesThatPointToIt) {
  const test::Hand hand;
  Shop shop(3);
  {
    auto call = shop.of(7);
    EXPECT_EQ(shop.calls(), 1u) << "one that is not begun has the pointer, too";
    auto both = sum_of_both(shop, 7);
    EXPECT_EQ(shop.calls(), 2u) << "a function that was given it";
    EXPECT_TRUE(hand.is_pending(both));
    EXPECT_EQ(shop.calls(), 3u);
    EXPECT_TRUE(hand.is_pending(both));  // the second of the two
    EXPECT_EQ(shop.calls(), 3u);
    auto moved = std::move(call);
    EXPECT_EQ(shop.calls(), 3u);
  }
  EXPECT_EQ(shop.calls(), 0u) << "dropped where they stood";
}

TEST(AsyncTrait, IsKeptByAShare) {
  auto shop = std::make_shared<Shop>(3);
  auto call = by_share(shop, 7);
  EXPECT_EQ(shop->calls(), 0u);
  shop.reset();
  EXPECT_EQ(block_on(std::move(call)), 21);
}

TEST(AsyncTrait, RunsAsATask) {
  Shop shop(3);
  const auto asks = [](Shop& asked) -> Async<int> {  // a lambda may be a coroutine as before
    auto task = spawn(asked.of(5));
    const int price = co_await task;
    co_return price;
  };
  EXPECT_EQ(block_on(asks(shop)), 15);
  EXPECT_EQ(shop.calls(), 0u);
}

TEST(AsyncTrait, CountsFromAnyThread) {
  Shop shop(3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&shop] {
      const test::Hand hand;
      for (int call = 0; call < 500; ++call) {
        auto price = shop.of(call);
        if (call % 2 == 0) continue;  // dropped before it began
        EXPECT_TRUE(hand.is_pending(price));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shop.calls(), 0u);
}

TEST(AsyncTraitDeathTest, EndsTheProgramWhenItGoesUnderACall) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto shop = std::make_unique<Shop>(3);
        auto call = shop->of(7);
        shop.reset();
      },
      "an object was destroyed while 1 of its coroutines had a pointer to it: keep it until");
}

}  // namespace async_trait_test
}  // namespace book
