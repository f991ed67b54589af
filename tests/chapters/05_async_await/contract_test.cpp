// Every future of this chapter, run through the contract of common/future.h. (Chapter 05)
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/async_block.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/story/by_hand.h"
#include "05_async_await/yield_now.h"
#include "support/contract.h"
#include "support/door.h"

namespace book {
namespace contract_test {

using test::Door;

/// Waits for its door, then gives 7, or throws.
test::Enter enter(std::shared_ptr<Door> door, bool fails = false) {
  door->fails = fails;
  return {std::move(door), 7};
}

auto open(const std::shared_ptr<Door>& door) {
  return [door] {
    door->open = true;
    std::exchange(door->waiter, Waker()).wake();
  };
}

Async<int> enters(std::shared_ptr<Door> door, int depth, bool fails = false) {
  int value = 0;
  if (depth > 1) {
    value = co_await enters(std::move(door), depth - 1, fails);
  } else {
    value = co_await enter(std::move(door), fails);
  }
  co_return value;
}

const auto kIsSeven = [](int value) { return value == 7; };

TEST(Contract, OfAnAsyncThatAwaitsALeaf) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(enters(door, 1), open(door));
      },
      {.handle_moves = true}, kIsSeven);
}

TEST(Contract, OfAChainOfThree) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(enters(door, 3), open(door));
      },
      {.handle_moves = true}, kIsSeven);
}

TEST(Contract, OfAChainThatThrows) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(enters(door, 3, true), open(door));
      },
      {.throws = true, .handle_moves = true});
}

TEST(Contract, OfAnAsyncBlock) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        auto body = [door]() -> Async<int> {
          int value = co_await enter(door);
          co_return value;
        };
        return test::subject(async(std::move(body)), open(door));
      },
      {.handle_moves = true}, kIsSeven);
}

TEST(Contract, OfAnAsyncThatIsReadyAtOnce) {
  auto seven = []() -> Async<int> {
    int value = co_await ready(7);
    co_return value;
  };
  test::expect_contract([&] { return test::subject(seven(), [] {}); },
                        {.ready_at_once = true, .handle_moves = true}, kIsSeven);
}

TEST(Contract, OfReady) {
  test::expect_contract([] { return test::subject(ready(7), [] {}); }, {.ready_at_once = true},
                        kIsSeven);
}

TEST(Contract, OfYieldNow) {
  test::expect_contract([] { return test::subject(yield_now(), [] {}); }, {.wakes_itself = true});
}

TEST(Contract, OfPollFn) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        auto enter = [inner = std::make_unique<test::Enter>(door, 7)](Context& cx) {
          return inner->poll(cx);
        };
        return test::subject(poll_fn(std::move(enter)), open(door));
      },
      {}, kIsSeven);
}

TEST(Contract, OfMap) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(enter(door) | map([](int value) { return value + 1; }), open(door));
      },
      {}, [](int value) { return value == 8; });
}

TEST(Contract, OfMapWhenTheFutureThrows) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(enter(door, true) | map([](int value) { return value; }), open(door));
      },
      {.throws = true});
}

TEST(Contract, OfThen) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        auto again = [door](int) { return enter(door); };
        return test::subject(enter(door) | then(again), open(door));
      },
      {}, kIsSeven);
}

TEST(Contract, OfTheStateMachineByHand) {
  static story::Diary diary;
  test::expect_contract([] { return test::subject(story::SumByHand(diary), [] {}); },
                        {.wakes_itself = true}, [](int value) { return value == 42; });
}

}  // namespace contract_test
}  // namespace book
