// Every future of this chapter, run through the contract of common/future.h. (Chapter 16)
#include "support/contract.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/map_then.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "16_workarounds/async_trait.h"
#include "16_workarounds/boxed_future.h"
#include "16_workarounds/boxed_stream.h"
#include "common/atomic_waker.h"

namespace book {
namespace contract_test {

/// Opened once, from any thread.
struct Door {
  std::atomic<bool> open{false};
  AtomicWaker waiter;
  void opens() {
    open = true;
    waiter.wake();
  }
};

class Enter : PinnedOncePolled {
 public:
  using Output = int;
  explicit Enter(std::shared_ptr<Door> door, bool fails = false)
      : door_(std::move(door)), fails_(fails) {}
  Enter(Enter&&) = default;
  ~Enter() {
    if (pin_.was_polled()) (void)door_->waiter.take();
  }

  Poll<int> poll(Context& cx) {
    pin_.enter();
    if (!door_->open) {
      cx.waits_for("a door");
      door_->waiter.store(cx.waker());
      if (!door_->open) return pin_.pending();
    }
    if (fails_) throw std::runtime_error("the door fell");
    return 7;
  }

 private:
  std::shared_ptr<Door> door_;
  bool fails_;
};

/// A stream of one item.
struct Entrance {
  using Item = int;
  PollItem<int> poll_next(Context& cx) {
    Poll<int> seven = enter.poll(cx);
    if (seven.is_pending()) return pending;
    return PollItem<int>::ready(std::in_place, seven.value());
  }
  Enter enter;
};

Async<int> enters(std::shared_ptr<Door> door, bool fails) {
  Enter enter(door, fails);
  const int seven = co_await enter;
  co_return seven;
}
Async<int> enters_in_boxes(std::shared_ptr<Door> door, int boxes) {
  BoxFuture<int> box = boxes > 0 ? boxed(enters_in_boxes(door, boxes - 1)) : boxed(Enter(door));
  const int seven = co_await std::move(box);
  co_return seven;
}

class Doorkeeper : public AsyncTrait {
 public:
  virtual Async<int> enters(std::shared_ptr<Door> door) = 0;
};
class Porter final : public Doorkeeper {
  Async<int> enters(std::shared_ptr<Door> door) override {
    Enter enter(door);
    const int seven = co_await enter;
    co_return seven;
  }
};

const auto kIsSeven = [](int value) { return value == 7; };

/// `make` gives a future that ends with 7 when the door opens, or throws.
template <class Make>
void expect_contract_of(Make make, bool throws = false) {
  test::expect_contract(
      [&] {
        auto door = std::make_shared<Door>();
        return test::subject(make(door), [door] { door->opens(); });
      },
      {.throws = throws, .handle_moves = true, .event_inside_poll = true}, kIsSeven);
}

using Shared = const std::shared_ptr<Door>&;

TEST(BoxContract, OfAFutureInABox) {
  expect_contract_of([](Shared door) { return boxed(Enter(door)); });
  expect_contract_of([](Shared door) { return boxed(Enter(door, true)); }, true);
}

TEST(BoxContract, OfAnAsyncInABox) {
  expect_contract_of([](Shared door) { return boxed(enters(door, false)); });
  expect_contract_of([](Shared door) { return boxed(enters(door, true)); }, true);
}

TEST(BoxContract, OfACoroutineThatAwaitsBoxes) {
  for (const int boxes : {0, 1, 3}) {
    expect_contract_of([&](Shared door) { return enters_in_boxes(door, boxes); });
  }
}

TEST(BoxContract, OfAChainOfSteps) {
  expect_contract_of([](Shared door) {
    return boxed(boxed(Enter(door)) | map([](int n) { return n + 1; }) |
                 then([](int n) { return boxed(ready(n - 1)); }));
  });
}

TEST(BoxContract, OfWhatIsReadyAtOnce) {
  test::expect_contract([] { return test::subject(boxed(ready(7))); },
                        {.ready_at_once = true, .handle_moves = true}, kIsSeven);
  test::expect_contract([] { return test::subject(boxed(yield_now())); },
                        {.wakes_itself = true, .handle_moves = true});
}

TEST(BoxContract, OfTheNextItemOfABox) {
  test::expect_contract(
      [] {
        auto door = std::make_shared<Door>();
        return test::subject(next(boxed_stream(Entrance{Enter(door)})), [door] { door->opens(); });
      },
      {.event_inside_poll = true}, [](std::optional<int> item) { return item == 7; });
}

TEST(BoxContract, OfAVirtualCoroutine) {
  Porter porter;
  Doorkeeper& keeper = porter;
  expect_contract_of([&](Shared door) { return keeper.enters(door); });
  EXPECT_EQ(porter.calls(), 0u);
}

}  // namespace contract_test
}  // namespace book
