// select with handlers, otherwise and complete. (Chapter 08)
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "chapters/08_select/doors.h"
#include "support/async_test.h"
#include "support/drop_counter.h"

namespace book {
namespace select_handlers_test {

using namespace std::chrono_literals;
using test::broken_door;
using test::door;
using test::Enter;
using test::poll_once;

using Log = std::vector<std::string>;

int twice(int value) { return value * 2; }

TEST(SelectWith, GivesTheWinnersValueToItsHandler) {
  auto text = [](const std::string&) { return -1; };
  EXPECT_EQ(block_on(select(on(ready(21), twice), on(never<std::string>(), text))), 42);
}

TEST(SelectWith, CallsAHandlerWithoutArgumentsForAFutureWithoutAValue) {
  bool called = false;
  auto note = [&] { called = true; };
  static_assert(std::is_void_v<OutputOf<decltype(select(on(yield_now(), note)))>>);
  block_on(select(on(yield_now(), note)));
  EXPECT_TRUE(called);
}

TEST(SelectWith, CallsOneHandlerOnly) {
  int calls = 0;
  auto count = [&](int) { ++calls; };
  block_on(select(on(ready(1), count), on(ready(2), count)));
  EXPECT_EQ(calls, 1);
}

TEST(SelectWith, ConvertsWhatHandlersGiveToOneType) {
  auto whole = [](int value) { return value; };
  auto half = [](int value) { return value / 2.0; };
  auto choice = select_biased(on(ready(5), whole), on(ready(5), half));
  static_assert(std::is_same_v<OutputOf<decltype(choice)>, double>);
  EXPECT_EQ(block_on(std::move(choice)), 5.0);
}

TEST(SelectWith, AwaitsAHandlerThatIsACoroutine) {
  auto later = [](int value) -> Async<int> {
    co_await yield_now();
    co_await yield_now();
    co_return value + 1;
  };
  EXPECT_EQ(block_on(select(on(ready(1), later), on(never<int>(), twice))), 2);
}

TEST(SelectWith, KeepsTheCapturesOfAHandlerThatIsACoroutine) {
  auto make = [] {
    auto later = [word = std::string(100, 'x')](int) -> Async<std::string> {
      co_await yield_now();
      co_return word;
    };
    return select(on(ready(1), std::move(later)));
  };
  EXPECT_EQ(block_on(make()), std::string(100, 'x'));
}

TEST(SelectWith, AsksNobodyWhileAHandlerIsRunning) {
  const auto other = door();
  auto later = [](int) -> Async<> {
    for (int i = 0; i < 3; ++i) co_await yield_now();
  };
  Enter loser(other, 7);
  block_on(select_biased(on(loser, later), on(ready(1), later)));
  EXPECT_EQ(other->polls, 1);
}

TEST(SelectWith, ThrowsWhatAHandlerThrows) {
  auto fails = [](int) -> int { throw std::runtime_error("at once"); };
  auto fails_later = [](int) -> Async<int> {
    co_await yield_now();
    throw std::runtime_error("later");
  };
  EXPECT_THROW(block_on(select(on(ready(1), fails))), std::runtime_error);
  EXPECT_THROW(block_on(select(on(ready(1), fails_later))), std::runtime_error);
}

TEST(SelectWith, ThrowsWhatAFutureThrowsAndCallsNoHandler) {
  const auto broken = broken_door();
  test::open(broken);
  bool called = false;
  auto note = [&](int) { called = true; };
  EXPECT_THROW(block_on(select(on(Enter(broken, 1), note), on(never<int>(), note))),
               std::runtime_error);
  EXPECT_FALSE(called);
}

// ---- what is dropped, and when --------------------------------------------

/// Says so in a log when it is dropped.
struct Mark {
  Mark(Log& log, std::string name) : log(&log), name(std::move(name)) {}
  Mark(Mark&& other) noexcept
      : log(std::exchange(other.log, nullptr)), name(std::move(other.name)) {}
  ~Mark() {
    if (log) log->push_back(name + " dropped");
  }
  Log* log;
  std::string name;
};

Async<int> wins(Mark) { co_return 1; }
Async<int> loses(Mark) {
  co_await never<void>();
  co_return 2;
}

TEST(SelectWith, DropsOwnedLosersBeforeTheWinnersHandlerRuns) {
  Log log;
  auto handler = [&](int) { log.push_back("handler"); };
  block_on(select(on(loses(Mark(log, "loser")), handler), on(wins(Mark(log, "winner")), handler)));
  EXPECT_EQ(log, (Log{"winner dropped", "loser dropped", "handler"}));
}

TEST(SelectWith, DropsOwnedLosersBeforeACoroutineHandlerRuns) {
  Log log;
  auto handler = [&](int) -> Async<> {
    log.push_back("handler begins");
    co_await yield_now();
    log.push_back("handler ends");
  };
  block_on(select(on(loses(Mark(log, "loser")), handler), on(wins(Mark(log, "winner")), handler)));
  EXPECT_EQ(log, (Log{"winner dropped", "loser dropped", "handler begins", "handler ends"}));
}

ASYNC_TEST(SelectWith, LetsAHandlerSetABorrowedFuseThatLost) {
  Log log;
  auto work = fuse(loses(Mark(log, "old")));
  auto ignore = [](int) {};
  auto restart = [&](int) { work.set(loses(Mark(log, "new"))); };
  auto round = select_biased(on(work, ignore), on(ready(1), restart));
  co_await round;
  EXPECT_EQ(log, (Log{"old dropped"}));
  EXPECT_FALSE(work.is_terminated());
}

TEST(SelectWith, KeepsTheStateOfABorrowedLoser) {
  const auto slow = door();
  Enter loser(slow, 4);
  EXPECT_EQ(block_on(select_biased(on(loser, twice), on(ready(1), twice))), 2);
  test::open(slow);
  EXPECT_EQ(poll_once(loser).value(), 4);
}

// ---- otherwise and complete -----------------------------------------------

TEST(Otherwise, IsTakenWhenNothingIsReadyAtOnce) {
  auto idle = [] { return -1; };
  EXPECT_EQ(block_on(select(on(never<int>(), twice), otherwise(idle))), -1);
}

TEST(Otherwise, IsNotTakenWhenSomethingIsReady) {
  auto idle = [] { return -1; };
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(block_on(select(on(never<int>(), twice), on(ready(4), twice), otherwise(idle))), 8);
  }
}

ASYNC_TEST(Otherwise, LooksAtABorrowedFutureWithoutWaitingForIt) {
  auto task = fuse(sleep(10ms));
  int looks = 0;
  auto done = [] { return true; };
  auto not_yet = [&]() -> Async<bool> {
    ++looks;
    co_await sleep(3ms);
    co_return false;
  };
  for (;;) {
    auto look = select(on(task, done), otherwise(not_yet));
    const bool finished = co_await look;
    if (finished) break;
  }
  EXPECT_EQ(looks, 4);
}

TEST(Complete, IsTakenWhenEverythingHasEndedBefore) {
  auto none = Fuse<Ready<int>>::terminated();
  auto end = [] { return 0; };
  EXPECT_EQ(block_on(select(on(none, twice), complete(end))), 0);
}

TEST(Complete, EndsALoopThatHasCountedToTen) {
  auto count = []() -> Async<int> {
    auto a = fuse(ready(4));
    auto b = fuse(ready(6));
    int total = 0;
    auto add = [&](int value) {
      total += value;
      return true;
    };
    auto end = [] { return false; };
    auto idle = []() -> bool {
      throw std::logic_error("they are ready, and then they have ended");
    };
    for (;;) {
      auto round = select(on(a, add), on(b, add), complete(end), otherwise(idle));
      const bool more = co_await round;
      if (!more) break;
    }
    co_return total;
  };
  EXPECT_EQ(block_on(count()), 10);
}

TEST(Complete, MayBeACoroutine) {
  auto none = Fuse<Ready<void>>::terminated();
  auto farewell = []() -> Async<std::string> {
    co_await yield_now();
    co_return "all done";
  };
  auto unused = [] { return std::string("not this"); };
  EXPECT_EQ(block_on(select(on(none, unused), complete(farewell))), "all done");
}

/// Ends, without an item, while it is being asked: as a stream does.
struct EndsInItsPoll {
  using Output = int;
  bool ended = false;
  bool is_terminated() const { return ended; }
  Poll<int> poll(Context&) {
    ended = true;
    return pending;
  }
};

TEST(Complete, IsTakenAtOnceWhenTheLastFutureEndsWhileItIsAsked) {
  auto end = [] { return 0; };
  EXPECT_EQ(block_on(select(on(EndsInItsPoll(), twice), complete(end))), 0);
}

TEST(Complete, MissingIsAClearError) {
  auto none = Fuse<Ready<int>>::terminated();
  auto idle = [] { return 0; };
  const auto message = [](auto choice) -> std::string {
    try {
      (void)block_on(std::move(choice));
    } catch (const std::logic_error& error) {
      return error.what();
    }
    return "nothing was thrown";
  };
  const std::string expected =
      "select: every future it was given had ended before, and it has no complete(handler)";
  EXPECT_EQ(message(select(on(none, twice))), expected);
  EXPECT_EQ(message(select(on(none, twice), otherwise(idle))), expected)
      << "otherwise would be taken forever";
}

// ---- what on() refuses ----------------------------------------------------

template <class F, class Handler>
concept CanBeBranch = requires(F future, Handler handler) {
  on(std::move(future), std::move(handler));
};

TEST(On, RefusesAHandlerThatCanNotTakeTheValue) {
  auto takes_text = [](const std::string&) {};
  auto takes_nothing = [] {};
  auto takes_number = [](long) {};
  EXPECT_FALSE((CanBeBranch<Ready<int>, decltype(takes_text)>));
  EXPECT_FALSE((CanBeBranch<Ready<int>, decltype(takes_nothing)>));
  EXPECT_FALSE((CanBeBranch<Ready<void>, decltype(takes_number)>));
  EXPECT_FALSE((CanBeBranch<int, decltype(takes_number)>)) << "an int is no future";
  EXPECT_TRUE((CanBeBranch<Ready<int>, decltype(takes_number)>));
}

// ---- cancellation ---------------------------------------------------------

Async<int> steps(int count, test::DropCounter::Token) {
  for (int i = 0; i < count; ++i) co_await yield_now();
  co_return count;
}

TEST(SelectWith, CanBeDroppedAfterEveryPollAlsoInsideAHandler) {
  for (int polls = 0; polls <= 6; ++polls) {
    test::DropCounter drops;
    {
      auto handler = [&drops, kept = drops.token()](int) -> Async<int> {
        int count = co_await steps(3, drops.token());
        co_return count;
      };
      auto choice =
          select(on(steps(2, drops.token()), handler), on(steps(9, drops.token()), handler));
      bool finished = false;
      for (int i = 0; i < polls; ++i) finished = poll_once(choice).is_ready();
      EXPECT_EQ(finished, polls == 6);
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

TEST(OnIf, CanBeDroppedAfterEveryPollAlsoInsideAHandler) {
  for (int polls = 0; polls <= 6; ++polls) {
    test::DropCounter drops;
    {
      auto handler = [&drops, kept = drops.token()](int) -> Async<int> {
        int count = co_await steps(3, drops.token());
        co_return count;
      };
      auto choice = select(on_if(true, steps(2, drops.token()), handler),
                           on_if(false, steps(1, drops.token()), handler));
      bool finished = false;
      for (int i = 0; i < polls; ++i) finished = poll_once(choice).is_ready();
      EXPECT_EQ(finished, polls == 6);
    }
    EXPECT_EQ(drops.live(), 0) << "after " << polls << " polls";
  }
}

TEST(SelectWith, DropsAHandlersTimerWithTheSelect) {
  Reactor reactor(TimeMode::virtual_time);
  const Reactor::Scope scope(reactor);
  {
    auto naps = [](int) { return sleep(1h); };
    auto choice = select(on(ready(1), naps), on(never<int>(), naps));
    EXPECT_TRUE(poll_once(choice).is_pending());
    EXPECT_EQ(reactor.waiting().timers, 1u);
  }
  EXPECT_TRUE(reactor.waiting().nothing());
}

ASYNC_TEST(OnIf, PollsItsFutureOnlyWhenTheGuardIsTrue) {
  const auto free = door(), busy = door();
  test::open(free);
  test::open(busy);
  auto give = [](int value) { return value; };
  for (const bool idle : {false, true}) {
    const int polls = busy->polls;
    const int value =
        co_await select_biased(on_if(idle, Enter(busy, 1), give), on(Enter(free, 2), give));
    EXPECT_EQ(value, idle ? 1 : 2);
    EXPECT_EQ(busy->polls - polls, idle ? 1 : 0);
  }
}

ASYNC_TEST(OnIf, LeavesABorrowedFutureAlone) {
  const auto closed = door();
  auto fetch = Enter(closed, 1);
  auto give = [](int value) { return value; };
  const int other = co_await select(on_if(false, fetch, give), on(ready(2), give));
  EXPECT_EQ(other, 2);
  test::open(closed);
  const int value = co_await select(on_if(true, fetch, give), on(never<int>(), give));
  EXPECT_EQ(value, 1);
}

ASYNC_TEST(OnIf, WithoutAnyGuardThatHoldsTheSelectIsComplete) {
  auto give = [](int value) { return value; };
  auto none = [] { return -1; };
  const int value = co_await select(on_if(false, ready(1), give), complete(none));
  EXPECT_EQ(value, -1);
}

}  // namespace select_handlers_test
}  // namespace book
