// join and try_join. (Chapter 07)
#include "07_join/join.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "07_join/try_join.h"
#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"
#include "support/drop_counter.h"

namespace book {
namespace join_test {

using namespace std::chrono_literals;
using test::CountingWaker;
using test::Doors;
using test::Enter;

struct ByHand {
  CountingWaker task;
  template <class F>
  auto poll(F& future) {
    Context cx(task.waker());
    return future.poll(cx);
  }
};

template <class F>
std::string error_of(ByHand& hand, F& future) {
  try {
    (void)hand.poll(future);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no exception";
}

static_assert(std::is_same_v<OutputOf<decltype(join(ready(1), ready(), ready(std::string())))>,
                             std::tuple<int, std::monostate, std::string>>);

TEST(Join, GivesEveryValueInItsPlace) {
  auto values = block_on(join(ready(1), ready(), ready(std::string("three"))));
  EXPECT_EQ(std::get<0>(values), 1);
  EXPECT_EQ(std::get<2>(values), "three");
}

TEST(Join, TakesAsLongAsTheSlowestNotAsLongAsAll) {
  Executor executor({.time = TimeMode::virtual_time});
  const Instant start = executor.reactor().now();
  executor.block_on(join(sleep(3s), sleep(1s), sleep(2s)));
  EXPECT_EQ(executor.reactor().now() - start, 3s);
}

TEST(Join, PollsAFinishedChildNoMore) {
  Doors doors(2);
  ByHand hand;
  auto both = join(doors.enter(0, 10), doors.enter(1, 20));
  EXPECT_TRUE(hand.poll(both).is_pending());
  doors.open(0);
  EXPECT_TRUE(hand.poll(both).is_pending());
  EXPECT_TRUE(hand.poll(both).is_pending());
  EXPECT_EQ(doors.polls(0), 2) << "door 0 had been entered";
  EXPECT_EQ(doors.polls(1), 3);
  doors.open(1);
  EXPECT_EQ(hand.poll(both).value(), std::tuple(10, 20));
}

TEST(Join, DropsAnOwnedChildAsSoonAsItHasFinished) {
  Doors doors(2);
  ByHand hand;
  auto both = join(doors.enter(0, 10), doors.enter(1, 20));
  doors.open(0);
  EXPECT_TRUE(hand.poll(both).is_pending());
  EXPECT_EQ(doors.alive(0), 0);
  EXPECT_EQ(doors.alive(1), 1);
}

TEST(Join, BorrowsWhatIsNamed) {
  Doors doors(2);
  ByHand hand;
  Enter slow = doors.enter(0, 10);
  {
    auto both = join(slow, doors.enter(1, 20));
    EXPECT_TRUE(hand.poll(both).is_pending());
  }
  EXPECT_EQ(doors.alive(0), 1) << "a borrowed future outlives the join";
  EXPECT_EQ(doors.alive(1), 0);
  doors.open(0);
  EXPECT_EQ(hand.poll(slow).value(), 10);
}

TEST(Join, FinishesTheOthersBeforeItThrows) {
  Doors doors(3);
  ByHand hand;
  auto all = join(doors.enter(0, 0), doors.enter(1, 1), doors.enter(2, 2));
  doors.spoil(1);
  doors.spoil(2);
  doors.open(2);
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.open(1);
  EXPECT_TRUE(hand.poll(all).is_pending()) << "door 0 is still closed";
  doors.open(0);
  EXPECT_EQ(error_of(hand, all), "door 1 fell")
      << "the first by position, though door 2 fell first";
}

TEST(Join, OfManyPollsOnlyTheWoken) {
  Doors doors(10);
  ByHand hand;
  auto all = join(doors.enter(0, 0), doors.enter(1, 1), doors.enter(2, 2), doors.enter(3, 3),
                  doors.enter(4, 4), doors.enter(5, 5), doors.enter(6, 6), doors.enter(7, 7),
                  doors.enter(8, 8), doors.enter(9, 9));
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.open(7);
  EXPECT_EQ(hand.task.wakes(), 1);
  EXPECT_TRUE(hand.poll(all).is_pending());
  EXPECT_TRUE(hand.poll(all).is_pending()) << "a poll without a wake";
  for (std::size_t i = 0; i < doors.size(); ++i) EXPECT_EQ(doors.polls(i), i == 7 ? 2 : 1) << i;
  for (std::size_t i = 0; i < doors.size(); ++i) doors.open(i);
  auto values = hand.poll(all).value();
  EXPECT_EQ(std::get<9>(values), 9);
  EXPECT_EQ(doors.alive(), 0);
}

TEST(Join, CanBeDroppedAfterAnyPoll) {
  for (std::size_t opened = 0; opened <= 3; ++opened) {
    Doors doors(3);
    ByHand hand;
    {
      auto all = join(doors.enter(0, 0), doors.enter(1, 1), doors.enter(2, 2));
      for (std::size_t i = 0; i < opened; ++i) {
        EXPECT_TRUE(hand.poll(all).is_pending());
        doors.open(i);
      }
      (void)hand.poll(all);
    }
    EXPECT_EQ(doors.alive(), 0) << opened;
    EXPECT_EQ(hand.task.kept(), 0) << opened << ": somebody still holds a waker";
  }
}

TEST(Join, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(2);
        return test::subject(join(doors.enter(0, 3), doors.enter(1, 4)), [doors] {
          doors.open(0);
          doors.open(1);
        });
      },
      {}, [](std::tuple<int, int> values) { return values == std::tuple(3, 4); });
}

TEST(Join, OfManyKeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(2);
        return test::subject(join(doors.enter(0, 3), doors.enter(1, 4), ready(0), ready(1),
                                  ready(2), ready(3), ready(4), ready(5), ready(6)),
                             [doors] {
                               doors.open(0);
                               doors.open(1);
                             });
      },
      {}, [](const auto& values) { return std::get<0>(values) == 3 && std::get<8>(values) == 6; });
}

TEST(TryJoin, GivesAllValuesWhenAllGoesWell) {
  EXPECT_EQ(block_on(try_join(ready(1), ready(2))), std::tuple(1, 2));
}

TEST(TryJoin, TheFirstExceptionEndsItAndDropsTheOthers) {
  Doors doors(3);
  ByHand hand;
  auto all = try_join(doors.enter(0, 0), doors.enter(1, 1), doors.enter(2, 2));
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.spoil(1);
  doors.open(1);
  EXPECT_EQ(error_of(hand, all), "door 1 fell");
  EXPECT_EQ(doors.alive(), 0) << "dropped at once, not when the join goes";
  EXPECT_EQ(doors.polls(2), 1) << "no poll after the exception";
}

TEST(TryJoin, LeavesWhatIsBorrowedWhereItStands) {
  Doors doors(2);
  ByHand hand;
  Enter slow = doors.enter(0, 10);
  auto both = try_join(slow, doors.enter(1, 1));
  doors.spoil(1);
  doors.open(1);
  EXPECT_EQ(error_of(hand, both), "door 1 fell");
  EXPECT_EQ(doors.alive(0), 1);
  doors.open(0);
  EXPECT_EQ(hand.poll(slow).value(), 10);
}

TEST(TryJoin, OfManyEndsAtTheFirstExceptionToo) {
  Doors doors(9);
  ByHand hand;
  auto all = try_join(doors.enter(0, 0), doors.enter(1, 1), doors.enter(2, 2), doors.enter(3, 3),
                      doors.enter(4, 4), doors.enter(5, 5), doors.enter(6, 6), doors.enter(7, 7),
                      doors.enter(8, 8));
  EXPECT_TRUE(hand.poll(all).is_pending());
  doors.spoil(5);
  doors.open(5);
  EXPECT_EQ(error_of(hand, all), "door 5 fell");
  EXPECT_EQ(doors.alive(), 0);
  EXPECT_EQ(hand.task.kept(), 0);
}

TEST(TryJoin, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(2);
        return test::subject(try_join(doors.enter(0, 3), doors.enter(1, 4)), [doors] {
          doors.open(0);
          doors.open(1);
        });
      },
      {}, [](std::tuple<int, int> values) { return values == std::tuple(3, 4); });
}

TEST(TryJoin, ThatFailsKeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(2);
        doors.spoil(0);
        return test::subject(try_join(doors.enter(0, 3), doors.enter(1, 4)),
                             [doors] { doors.open(0); });
      },
      {.throws = true});
}

TEST(Join, DropsACoroutineAtTheAwaitWhereItStands) {
  for (int polls = 0; polls <= 3; ++polls) {
    test::DropCounter counter;
    ByHand hand;
    {
      auto steps = [](test::DropCounter::Token) -> Async<int> {
        co_await yield_now();
        co_await yield_now();
        co_return 1;
      };
      auto both = join(steps(counter.token()), steps(counter.token()));
      for (int i = 0; i < polls; ++i) (void)hand.poll(both);
    }
    EXPECT_EQ(counter.live(), 0) << "dropped after " << polls << " polls";
  }
}

}  // namespace join_test
}  // namespace book
