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
#include "09_streams/generator.h"
#include "10_spawning/spawn.h"
#include "15_threads/send_async.h"
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

Async<int> at_another_place(int article, std::string, const Prices& here, const Prices& there) {
  const int one = co_await here.of(article);
  const int two = co_await there.of(article);
  co_return one - two;
}

TEST(AsyncTrait, CountsAReferenceInWhateverPlaceItIs) {
  Shop here(3), there(2);
  {
    auto difference = at_another_place(7, "", here, there);
    EXPECT_EQ(here.calls(), 1u);
    EXPECT_EQ(there.calls(), 1u);
    EXPECT_EQ(block_on(std::move(difference)), 7);
  }
  EXPECT_EQ(here.calls() + there.calls(), 0u);
}

/// Coroutines that return something else than an Async.
class Store : public AsyncTrait {
 public:
  AsyncStream<int> articles() {
    co_yield 1;
    co_await yield_now();
    co_yield last_;
  }
  SendAsync<int> last(std::string) {
    co_await yield_now();
    co_return last_;
  }

 private:
  int last_ = 2;
};
SendAsync<int> last_of(int more, Store& store) {
  const int last = co_await store.last("please");
  co_return last + more;
}
Async<int> sum_of(AsyncStream<int>& numbers) {
  int sum = 0;
  for (;;) {
    const auto number = co_await next(numbers);
    if (!number) break;
    sum += *number;
  }
  co_return sum;
}

TEST(AsyncTrait, CountsStreamsAndSendAsync) {
  Store store;
  {
    auto articles = store.articles();
    EXPECT_EQ(store.calls(), 1u) << "a stream that is a coroutine";
    auto last = store.last("please");
    EXPECT_EQ(store.calls(), 2u) << "a SendAsync";
    auto more = last_of(5, store);
    EXPECT_EQ(store.calls(), 3u) << "and one that was given it";
    EXPECT_EQ(block_on(sum_of(articles)), 3);
    EXPECT_EQ(block_on(std::move(last)), 2);
    EXPECT_EQ(block_on(std::move(more)), 7);
  }
  EXPECT_EQ(store.calls(), 0u);
}

/// Two ways to keep oneself. A parameter goes after the promise, which has counted; a local goes
/// before it.
class Keeper : public AsyncTrait, public std::enable_shared_from_this<Keeper> {
 public:
  Async<int> by_parameter(std::shared_ptr<Keeper>) {
    co_await yield_now();
    co_return 7;
  }
  Async<int> by_local() {
    const std::shared_ptr<Keeper> self = shared_from_this();
    co_await yield_now();
    co_return 7;
  }
};

TEST(AsyncTrait, IsKeptByAShareOfItsOwnCall) {
  auto keeper = std::make_shared<Keeper>();
  auto ends = keeper->by_parameter(keeper);
  auto is_dropped = keeper->by_parameter(keeper);
  const std::weak_ptr<Keeper> still_there = keeper;
  keeper.reset();
  EXPECT_EQ(block_on(std::move(ends)), 7);
  {
    const test::Hand hand;
    auto waits = std::move(is_dropped);
    EXPECT_TRUE(hand.is_pending(waits));
    EXPECT_FALSE(still_there.expired());
  }
  EXPECT_TRUE(still_there.expired());
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

TEST(AsyncTraitDeathTest, SaysWhereAShareHasToBe) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        auto keeper = std::make_shared<Keeper>();
        auto call = keeper->by_local();
        keeper.reset();
        block_on(std::move(call));
      },
      "give each a share of it, as a parameter: a local goes before its frame does");
}

}  // namespace async_trait_test
}  // namespace book
