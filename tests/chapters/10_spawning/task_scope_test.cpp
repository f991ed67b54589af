// task_scope: what it waits for, what ends it, and that no child is left behind.
#include "10_spawning/task_scope.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "10_spawning/spawn.h"
#include "10_spawning/timeout.h"
#include "support/async_test.h"
#include "support/contract.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace task_scope_test {

using namespace std::chrono_literals;
using test::Door;
using test::DropCounter;
using test::Enter;

Instant now() { return Reactor::current().now(); }

Async<> add_after(Duration wait, int& sum, int value) {
  co_await sleep(wait);
  sum += value;
}
Async<> fails_after(Duration wait, std::string what) {
  co_await sleep(wait);
  throw std::runtime_error(what);
}
Async<> holds(DropCounter::Token, Duration wait) { co_await sleep(wait); }

ASYNC_TEST(TaskScope, GivesTheBodysValueWhenAllChildrenHaveEnded) {
  int sum = 0;  // the children borrow it
  auto body = [&](TaskScope& scope) -> Async<int> {
    scope.spawn(add_after(2s, sum, 10));
    scope.spawn(add_after(1s, sum, 1));
    co_return 7;
  };
  const Instant start = now();
  const int value = co_await task_scope(body);
  EXPECT_EQ(value, 7);
  EXPECT_EQ(sum, 11);
  EXPECT_EQ(now() - start, 2s) << "the children run beside one another";
}

ASYNC_TEST(TaskScope, OfVoidWithoutChildrenJustRunsItsBody) {
  bool ran = false;
  auto body = [&](TaskScope& scope) -> Async<> {
    EXPECT_EQ(scope.size(), 1u);
    ran = true;
    co_return;
  };
  auto scope = task_scope(body);
  EXPECT_FALSE(ran) << "nothing happens before it is awaited";
  co_await scope;
  EXPECT_TRUE(ran);
}

ASYNC_TEST(TaskScope, OwnsABodyThatIsATemporary) {
  auto make = [](std::unique_ptr<int> value) {
    return task_scope([value = std::move(value)](TaskScope&) -> Async<int> {
      co_await yield_now();
      co_return *value;
    });
  };
  auto scope = make(std::make_unique<int>(7));
  const int value = co_await scope;
  EXPECT_EQ(value, 7);
}

ASYNC_TEST(TaskScope, TheBodyMayAwaitAChild) {
  auto square = [](int n) -> Async<std::unique_ptr<int>> {
    co_await sleep(1s);
    co_return std::make_unique<int>(n * n);
  };
  auto body = [&](TaskScope& scope) -> Async<int> {
    auto three = scope.spawn(square(3));
    auto four = scope.spawn(square(4));
    const auto nine = co_await three;
    const auto sixteen = co_await four;
    EXPECT_TRUE(three.is_finished());
    co_return *nine + *sixteen;
  };
  const Instant start = now();
  const int sum = co_await task_scope(body);
  EXPECT_EQ(sum, 25);
  EXPECT_EQ(now() - start, 1s);
}

ASYNC_TEST(TaskScope, ChildrenMaySpawnChildren) {
  int sum = 0;
  auto child = [&](TaskScope& scope, auto& self, int depth) -> Async<> {
    co_await sleep(1s);
    sum += 1;
    if (depth == 0) co_return;
    scope.spawn(self(scope, self, depth - 1));
    scope.spawn(self(scope, self, depth - 1));
  };
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(child(scope, child, 3));
    co_return;
  };
  co_await task_scope(body);
  EXPECT_EQ(sum, 15);
}

ASYNC_TEST(TaskScope, TheFirstExceptionDropsTheOthersAndComesOut) {
  DropCounter counter;
  auto body = [&](TaskScope& scope) -> Async<int> {
    scope.spawn(holds(counter.token(), 1h));
    scope.spawn(fails_after(1s, "no luck"));
    scope.spawn(fails_after(2s, "never thrown"));
    const DropCounter::Token in_the_body = counter.token();
    co_await sleep(1h);
    co_return 7;
  };
  const Instant start = now();
  std::string what;
  int alive = -1;
  auto scope = task_scope(body);
  try {
    (void)co_await scope;
  } catch (const std::runtime_error& error) {
    what = error.what();
    alive = counter.live();
  }
  EXPECT_EQ(what, "no luck");
  EXPECT_EQ(alive, 0) << "the others have ended before the exception is seen";
  EXPECT_EQ(now() - start, 1s);
}

ASYNC_TEST(TaskScope, ABodyThatThrowsDropsTheChildren) {
  DropCounter counter;
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(holds(counter.token(), 1h));
    co_await sleep(1s);
    throw std::runtime_error("no luck");
  };
  std::string what;
  auto scope = task_scope(body);
  try {
    co_await scope;
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "no luck");
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(TaskScope, AChildMayFailAfterTheBodyHasEnded) {
  auto body = [&](TaskScope& scope) -> Async<int> {
    scope.spawn(fails_after(1s, "no luck"));
    co_return 7;
  };
  std::string what;
  auto scope = task_scope(body);
  try {
    (void)co_await scope;
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "no luck");
}

ASYNC_TEST(TaskScope, DroppedAtAnySuspensionPointItLeavesNobodyBehind) {
  for (int polls = 0; polls <= 8; ++polls) {
    DropCounter counter;
    bool too_late = false;
    {
      int local = 0;  // gone before the next turn of any task
      auto counts = [&](DropCounter::Token) -> Async<> {
        for (int i = 0; i < 5; ++i) {
          co_await yield_now();
          EXPECT_FALSE(too_late);
          local += 1;
        }
      };
      auto body = [&](TaskScope& scope) -> Async<> {
        scope.spawn(counts(counter.token()));
        co_await yield_now();
        scope.spawn(counts(counter.token()));
        co_await counts(counter.token());
      };
      auto scope = task_scope(body);
      auto step = poll_fn([&](Context& cx) -> Poll<void> {
        for (int i = 0; i < polls; ++i) {
          if (scope.poll(cx).is_ready()) break;
        }
        return Poll<void>::ready();
      });
      co_await step;
    }
    too_late = true;
    EXPECT_EQ(counter.live(), 0) << "after " << polls << " polls";
    co_await yield_now();
  }
}

ASYNC_TEST(TaskScope, ATimeoutAroundItEndsItsChildrenBeforeItsLocals) {
  DropCounter counter;
  int sum = 0;
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(add_after(1s, sum, 1));
    scope.spawn(add_after(1h, sum, 10));
    scope.spawn(holds(counter.token(), 1h));
    co_return;
  };
  auto scope = timeout(2s, task_scope(body));
  const auto done = co_await scope;
  EXPECT_FALSE(done);
  EXPECT_EQ(sum, 1);
  EXPECT_EQ(counter.live(), 0);
}

ASYNC_TEST(TaskScope, AnAbortOfTheTaskAroundItEndsItsChildren) {
  DropCounter counter;
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(holds(counter.token(), 1h));
    co_return;
  };
  auto handle = spawn(task_scope(body));
  co_await sleep(1s);
  EXPECT_EQ(counter.live(), 1);
  handle.abort();
  co_await yield_now();
  EXPECT_EQ(counter.live(), 0);
}

/// Spawns in its scope once more when it is dropped.
struct LastWish {
  TaskScope* scope;
  DropCounter* counter;
  LastWish(TaskScope& scope, DropCounter& counter) : scope(&scope), counter(&counter) {}
  LastWish(LastWish&& other) noexcept
      : scope(std::exchange(other.scope, nullptr)), counter(other.counter) {}
  ~LastWish() {
    if (scope) scope->spawn(holds(counter->token(), 1h));
  }
};

ASYNC_TEST(TaskScope, WhatIsSpawnedWhileItEndsIsDroppedToo) {
  DropCounter counter;
  auto wishes = [](LastWish) -> Async<> { co_await sleep(1h); };
  auto body = [&](TaskScope& scope) -> Async<> {
    scope.spawn(wishes(LastWish(scope, counter)));
    co_await sleep(1s);
    throw std::runtime_error("no luck");
  };
  std::string what;
  auto scope = task_scope(body);
  try {
    co_await scope;
  } catch (const std::runtime_error& error) {
    what = error.what();
  }
  EXPECT_EQ(what, "no luck");
  EXPECT_EQ(counter.live(), 0);
  EXPECT_EQ(counter.made(), 1);
}

/// How awaiting the handle ends, in words.
Async<std::string> end_of(ScopeHandle<void>& handle) {
  std::string end = "a value";
  try {
    co_await handle;
  } catch (const std::exception& error) {
    end = error.what();
  }
  co_return end;
}

ASYNC_TEST(ScopeHandle, CarriedOutOfItsScopeKnowsWhatBecameOfTheChild) {
  std::optional<ScopeHandle<void>> done;
  std::optional<ScopeHandle<void>> dropped;
  std::optional<ScopeHandle<void>> never_polled;
  auto body = [&](TaskScope& scope) -> Async<> {
    done = scope.spawn(ready());
    dropped = scope.spawn(never<void>(), "kitchen.cpp", 7);
    co_await yield_now();
    never_polled = scope.spawn(never<void>(), "kitchen.cpp", 9);
    throw std::runtime_error("no luck");
  };
  auto scope = task_scope(body);
  try {
    co_await scope;
  } catch (const std::runtime_error&) {
  }
  const std::string first = co_await end_of(*done);
  const std::string second = co_await end_of(*dropped);
  const std::string third = co_await end_of(*never_polled);
  const std::string again = co_await end_of(*done);
  const std::string ended =
      " was dropped when its task_scope ended, so there is no value to wait for";
  EXPECT_EQ(first, "a value");
  EXPECT_EQ(second, "the task spawned at kitchen.cpp:7" + ended);
  EXPECT_EQ(third, "the task spawned at kitchen.cpp:9" + ended);
  EXPECT_EQ(again, "a ScopeHandle was awaited twice, or after it was moved from");
}

/// A body that waits for a door, beside a child that waits for another one.
struct TwoDoors {
  std::shared_ptr<Door> first;
  std::shared_ptr<Door> second;
  Async<int> operator()(TaskScope& scope) const {
    auto child = scope.spawn(Enter(first, 3));
    auto door = Enter(second, 4);
    const int four = co_await door;
    const int three = co_await child;
    co_return three + four;
  }
  void open() const {
    for (const auto& door : {first, second}) {
      door->open = true;
      std::exchange(door->waiter, Waker()).wake();
    }
  }
};

TEST(TaskScope, KeepsTheContract) {
  test::expect_contract(
      [] {
        const TwoDoors doors{std::make_shared<Door>(), std::make_shared<Door>()};
        TwoDoors body = doors;
        return test::subject(task_scope(std::move(body)), [doors] { doors.open(); });
      },
      {}, [](int value) { return value == 7; });
}

TEST(TaskScope, KeepsTheContractWhenAChildThrows) {
  test::expect_contract(
      [] {
        const TwoDoors doors{std::make_shared<Door>(), std::make_shared<Door>()};
        doors.first->fails = true;
        TwoDoors body = doors;
        return test::subject(task_scope(std::move(body)), [doors] { doors.open(); });
      },
      {.throws = true});
}

}  // namespace task_scope_test
}  // namespace book
