#include "exercise/join3.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <tuple>

#include "support/contract.h"
#include "support/counting_waker.h"
#include "support/door.h"

namespace book {
namespace {

using test::Doors;

/// Three doors, a future behind each, and your join of them; polled by hand.
struct Three {
  Doors doors{3};
  test::CountingWaker task;
  decltype(exercise::join3(doors.enter(0, 10), doors.enter(1, 20), doors.enter(2, 30))) future =
      exercise::join3(doors.enter(0, 10), doors.enter(1, 20), doors.enter(2, 30));

  auto poll() {
    Context cx(task.waker());
    return future.poll(cx);
  }
};

TEST(Join3, AsksAllThreeAtTheFirstPoll) {
  Three three;
  EXPECT_TRUE(three.poll().is_pending());
  ASSERT_EQ(three.doors.polls(0), 1) << "Nobody was asked. Begin with a: a_.poll(cx).";
  EXPECT_EQ(three.doors.polls(1), 1)
      << "b was not asked at the first poll, because a is pending. Then b does not begin before a "
         "has ended, and nothing happens at the same time.";
  EXPECT_EQ(three.doors.polls(2), 1) << "c was not asked at the first poll.";
}

TEST(Join3, AsksAFinishedChildNoMore) {
  Three three;
  EXPECT_TRUE(three.poll().is_pending());
  three.doors.open(0);
  EXPECT_TRUE(three.poll().is_pending())
      << "a has finished, b and c have not: a join waits for all.";
  try {
    EXPECT_TRUE(three.poll().is_pending())
        << "a has finished, b and c have not: a join waits for all.";
  } catch (const std::logic_error& error) {
    FAIL() << "a had given its value already, and was polled again: " << error.what()
           << ". Ask only those whose value is not there yet.";
  }
  EXPECT_EQ(three.doors.polls(0), 2) << "a is asked until it has finished: twice.";
  EXPECT_EQ(three.doors.polls(1), 3) << "b has not finished: each of the three polls asks it.";
}

TEST(Join3, PutsEachValueIntoItsPlace) {
  Three three;
  for (const std::size_t door : {2, 0, 1}) {
    EXPECT_TRUE(three.poll().is_pending()) << "Not all of them have finished.";
    three.doors.open(door);
  }
  auto last = three.poll();
  ASSERT_TRUE(last.is_ready()) << "All three have finished. Where do you look at that?";
  EXPECT_EQ(last.value(), std::tuple(10, 20, 30))
      << "The values stand in the order of the futures, whoever came first.";
}

TEST(Join3, WaitsForTheLastWhoeverThatIs) {
  for (std::size_t last = 0; last < 3; ++last) {
    Three three;
    for (std::size_t door = 0; door < 3; ++door) {
      if (door != last) three.doors.open(door);
    }
    ASSERT_TRUE(three.poll().is_pending())
        << "The other two have finished, and "
        << "abc"[last] << " has not. Whose value do you not look at?";
    three.doors.open(last);
    EXPECT_TRUE(three.poll().is_ready());
  }
}

TEST(Join3, SleepsWhileThereIsNoNews) {
  Three three;
  EXPECT_TRUE(three.poll().is_pending());
  EXPECT_TRUE(three.poll().is_pending());
  EXPECT_EQ(three.task.wakes(), 0)
      << "Your poll woke the task although there is no news. The children have your waker: they "
         "will fire it.";
  three.doors.open(1);
  EXPECT_EQ(three.task.wakes(), 1) << "b has news, and the task was not woken.";
}

TEST(Join3, GivesAnExceptionOfAChildToItsCaller) {
  Three three;
  three.doors.spoil(1);
  three.doors.open(1);
  EXPECT_THROW((void)three.poll(), std::runtime_error)
      << "b threw. Let the exception go where it wants to go.";
}

TEST(Join3, KeepsTheContract) {
  test::expect_contract(
      [] {
        Doors doors(3);
        return test::subject(
            exercise::join3(doors.enter(0, 1), doors.enter(1, 2), doors.enter(2, 3)), [doors] {
              for (std::size_t i = 0; i < 3; ++i) doors.open(i);
            });
      },
      {}, [](std::tuple<int, int, int> values) { return values == std::tuple(1, 2, 3); });
}

}  // namespace
}  // namespace book
