#include "exercise/first_n.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace {

using test::Doors;
using test::Enter;

std::vector<Enter> three(const Doors& doors) {
  std::vector<Enter> futures;
  for (std::size_t i = 0; i < 3; ++i) futures.push_back(doors.enter(i, static_cast<int>(10 * i)));
  return futures;
}

/// The first two of three doors; polled by hand. `values` are there once it is ready.
struct FirstTwo {
  Doors doors{3};
  test::CountingWaker task;
  exercise::FirstN<Enter> future = exercise::first_n(2, three(doors));
  std::vector<int> values;

  bool poll() {
    Context cx(task.waker());
    try {
      auto answer = future.poll(cx);
      if (answer.is_pending()) return false;
      values = std::move(answer).value();
      return true;
    } catch (const std::logic_error& error) {
      const std::string what = error.what();
      const bool moved = what.find("moved") != std::string::npos;
      throw std::logic_error(
          what + (moved ? ". Poll each of the three where it is, in futures_: a child must stay in "
                          "its place from its first poll until you drop it."
                        : ". If it is one of the three: a child that has given its value must not "
                          "be polled again. reset() its optional, and pass over the empty ones."));
    }
  }
};

TEST(FirstN, WaitsForAsManyAsWereAskedFor) {
  FirstTwo two;
  EXPECT_FALSE(two.poll());
  two.doors.open(0);
  EXPECT_FALSE(two.poll()) << "One value is there, and two were asked for.";
  two.doors.open(1);
  EXPECT_TRUE(two.poll()) << "Two of three are there: that is enough. Who asks the futures, and "
                             "who counts the values?";
}

TEST(FirstN, GivesTheValuesInTheOrderInWhichTheyCame) {
  FirstTwo two;
  two.doors.open(2);
  EXPECT_FALSE(two.poll());
  two.doors.open(0);
  EXPECT_TRUE(two.poll());
  EXPECT_EQ(two.values, (std::vector{20, 0}))
      << "20 came first, and 0 after it. The values stand in the order in which they came.";
}

TEST(FirstN, StopsAskingWhenItHasEnough) {
  FirstTwo two;
  for (std::size_t i = 0; i < 3; ++i) two.doors.open(i);
  EXPECT_TRUE(two.poll());
  EXPECT_EQ(two.values, (std::vector{0, 10}))
      << "All three are ready at the first poll. Two were asked for: look at the number before "
         "you ask the next.";
  EXPECT_EQ(two.doors.polls(2), 0) << "Nobody needs the third value, and it was asked for.";
}

TEST(FirstN, DropsTheRestAtOnce) {
  FirstTwo two;
  EXPECT_FALSE(two.poll());
  two.doors.open(0);
  two.doors.open(1);
  EXPECT_TRUE(two.poll());
  EXPECT_EQ(two.doors.alive(2), 0)
      << "The third future still waits, and nobody will ask it again. It holds a socket, a timer, "
         "a lock: drop it before you give the values away.";
  EXPECT_EQ(two.task.kept(), 0) << "Somebody still holds a waker of a task that has what it wants.";
}

TEST(FirstN, AsksAFinishedChildNoMore) {
  FirstTwo two;
  two.doors.open(1);
  EXPECT_FALSE(two.poll());
  EXPECT_FALSE(two.poll()) << "One and the same value was counted twice.";
  EXPECT_EQ(two.doors.polls(1), 1);
  EXPECT_EQ(two.doors.alive(1), 0) << "A future that has finished has no use any more: reset it.";
}

TEST(FirstN, OfNoneIsReadyAtOnce) {
  Doors doors(3);
  auto none = exercise::first_n(0, three(doors));
  test::CountingWaker task;
  Context cx(task.waker());
  EXPECT_TRUE(none.poll(cx).is_ready())
      << "None was asked for, and there are none: that is enough at once.";
  EXPECT_EQ(doors.polls(0), 0) << "None was asked for: nobody need be polled.";
}

TEST(FirstN, GivesAnExceptionOfAChildToItsCaller) {
  FirstTwo two;
  two.doors.spoil(1);
  two.doors.open(1);
  EXPECT_THROW((void)two.poll(), std::runtime_error)
      << "One of the three threw, while values were missing. Let the exception go where it wants "
         "to "
         "go.";
}

TEST(FirstN, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(3);
        return test::subject(exercise::first_n(2, three(doors)), [doors] {
          doors.open(0);
          doors.open(1);
        });
      },
      {},
      [](const std::vector<int>& values) {
        return values == std::vector{0, 10};
      });
}

}  // namespace
}  // namespace book
