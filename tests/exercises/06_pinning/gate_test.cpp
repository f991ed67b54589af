// Tests of exercise 2: a list whose nodes are the futures that wait.
#include "exercise/gate.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "06_pinning/pin_box.h"
#include "support/contract.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using test::CountingWaker;

/// A list with a mistake in it is not walked along: that could crash, or never end.
bool failed_before() { return testing::UnitTest::GetInstance()->failed_test_count() > 0; }

bool poll(Gate::Wait& wait, const CountingWaker& task) {
  Context cx(task.waker());
  return wait.poll(cx).is_ready();
}
bool poll(PinBox<Gate::Wait>& wait, const CountingWaker& task) {
  return poll(wait.get_unchecked_mut(unsafe), task);
}

static_assert(!Unpin<Gate::Wait>, "a node of a list must not move: keep the PinGuard");

TEST(Gate, HasNobodyInItsListBeforeTheFirstPoll) {
  Gate gate;
  Gate::Wait wait(gate);
  ASSERT_EQ(gate.waiting(), 0u)
      << "A Wait that nobody has polled is in the list already. It could still be moved, and the "
         "list would lead to the place where it was. A future does nothing before its first poll.";
  const Gate::Wait moved(std::move(wait));
  EXPECT_EQ(gate.waiting(), 0u);
}

TEST(Gate, HasAWaitInItsListFromItsFirstPollOn) {
  CountingWaker task;
  Gate gate;
  Gate::Wait wait(gate);
  ASSERT_FALSE(poll(wait, task)) << "The gate is closed.";
  ASSERT_EQ(gate.waiting(), 1u)
      << "A Wait was polled, and it is pending. The list does not know of "
         "it, so nobody will find its waker.";
  EXPECT_FALSE(gate.empty()) << "waiting() counts one, and first_ leads to nobody.";
}

TEST(Gate, HasEachWaitInItsListOnce) {
  CountingWaker task;
  Gate gate;
  Gate::Wait wait(gate);
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(poll(wait, task));
  ASSERT_EQ(gate.waiting(), 1u)
      << "One Wait, polled more than once, and linked more than once: its `next_` leads to itself, "
         "and whoever walks along the list never ends.";
}

TEST(Gate, TakesAWaitOutWhenItIsDestroyed) {
  CountingWaker task;
  Gate gate;
  std::optional<Gate::Wait> wait(std::in_place, gate);
  ASSERT_FALSE(poll(*wait, task));
  wait.reset();
  if (gate.empty()) {
    ASSERT_EQ(gate.waiting(), 0u)
        << "The list is empty, and waiting() still counts one: unlink counts "
           "down what link has counted up.";
  }
  ASSERT_EQ(gate.waiting(), 0u)
      << "A Wait was destroyed and is still in the list, which now leads to memory that is not a "
         "Wait any more. The destructor takes it out: that is how a future is cancelled.";
  ASSERT_TRUE(gate.empty())
      << "waiting() counts nobody, and first_ still leads to the Wait that is "
         "gone: does unlink change first_?";
  EXPECT_EQ(task.kept(), 0);
}

// A list that is wrong here would let open() run forever.
TEST(Gate, LosesNobodyAndKeepsNobodyWhenTheyGo) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  for (const bool older_goes_first : {false, true}) {
    CountingWaker task;
    Gate gate;
    std::optional<Gate::Wait> older(std::in_place, gate);
    std::optional<Gate::Wait> newer(std::in_place, gate);
    ASSERT_FALSE(poll(*older, task));
    ASSERT_FALSE(poll(*newer, task));
    (older_goes_first ? older : newer).reset();
    ASSERT_FALSE(gate.empty())
        << "Of two that waited one has gone, and first_ leads to nobody: does "
           "link tell the old first one who stands before it now?";
    (older_goes_first ? newer : older).reset();
    ASSERT_TRUE(gate.empty())
        << "Two waited, both have gone, and first_ still leads to one of them. "
           "To unlink is to give each neighbour the other neighbour: next_ and "
           "previous_.";
  }
}

TEST(Gate, WakesEverybodyWhoWaits) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  CountingWaker task;
  Gate gate;
  CountingWaker other;
  Gate::Wait wait(gate);
  Gate::Wait newer(gate);
  ASSERT_FALSE(poll(wait, task)) << "The gate is closed.";
  ASSERT_FALSE(poll(newer, other)) << "The gate is closed.";
  gate.open();
  EXPECT_EQ(task.wakes() + other.wakes(), 2)
      << "Two tasks wait. The gate was opened, and not both of them were woken once.";
  EXPECT_TRUE(poll(wait, task)) << "The gate is open.";
}

TEST(Gate, IsOpenBeforeItWakes) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  CountingWaker task;
  Gate gate;
  Gate::Wait wait(gate);
  bool ready = false;
  task.on_wake(
      [&] {  // inside wake(): the task polls at once. (Once: pending, it is in the list again.)
        if (task.wakes() == 1) ready = poll(wait, task);
      });
  ASSERT_FALSE(poll(wait, task)) << "The gate is closed.";
  gate.open();
  EXPECT_TRUE(ready)
      << "Woken, polled at once, and still pending: the task goes to sleep again, and this "
         "time nobody will wake it. First open, then wake.";
}

TEST(Gate, IsReadyAtOnceWhenItIsOpen) {
  CountingWaker task;
  Gate gate;
  gate.open();
  Gate::Wait wait(gate);
  EXPECT_TRUE(poll(wait, task));
  EXPECT_EQ(gate.waiting(), 0u);
}

TEST(Gate, LeavesItsListEmptyWhenItOpens) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  CountingWaker task;
  Gate gate;
  std::optional<Gate::Wait> wait(std::in_place, gate);
  ASSERT_FALSE(poll(*wait, task));
  ASSERT_EQ(gate.waiting(), 1u);
  gate.open();
  EXPECT_EQ(gate.waiting(), 0u) << "Nobody waits for an open gate: what was woken leaves the list, "
                                   "and gives its waker away.";
  EXPECT_EQ(task.kept(), 0) << "It was woken: `std::move(waker).wake()` also lets go of the waker.";
  wait.reset();
  ASSERT_EQ(gate.waiting(), 0u) << "A Wait was woken and then destroyed, and was taken out of the "
                                   "list twice: unlink sets linked_ to false.";
}

// Of three, any one leaves: the first of the list, the last, the one in the middle.
TEST(Gate, ClosesTheGapWhereverItIs) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  for (int leaves = 0; leaves < 3; ++leaves) {
    std::array<CountingWaker, 3> tasks;
    Gate gate;
    std::array waits = {make_pin_box<Gate::Wait>(gate), make_pin_box<Gate::Wait>(gate),
                        make_pin_box<Gate::Wait>(gate)};
    for (std::size_t i = 0; i < 3; ++i) ASSERT_FALSE(poll(waits[i], tasks[i]));
    { const PinBox<Gate::Wait> gone = std::move(waits[static_cast<std::size_t>(leaves)]); }
    ASSERT_EQ(gate.waiting(), 2u);
    gate.open();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(tasks[static_cast<std::size_t>(i)].wakes(), i == leaves ? 0 : 1)
          << "Three waited, and number " << leaves + 1 << " went away. Number " << i + 1
          << " is woken, or not woken, by mistake: both neighbours of the gap get each other, and "
             "first_ is a neighbour too.";
    }
  }
}

TEST(Gate, AWokenTaskMayDestroyEveryWait) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  CountingWaker first;
  CountingWaker second;
  Gate gate;
  std::array waits = {make_pin_box<Gate::Wait>(gate), make_pin_box<Gate::Wait>(gate)};
  ASSERT_FALSE(poll(waits[0], first));
  ASSERT_FALSE(poll(waits[1], second));
  const auto destroy_all = [&] {
    for (PinBox<Gate::Wait>& wait : waits) const PinBox<Gate::Wait> gone = std::move(wait);
  };
  first.on_wake(destroy_all);
  second.on_wake(destroy_all);
  gate.open();
  EXPECT_EQ(first.wakes() + second.wakes(), 1)
      << "Whoever was woken first destroyed both. A second wake went to one that is gone: after "
         "each wake, look at first_ again.";
  EXPECT_EQ(gate.waiting(), 0u)
      << "The woken task destroyed its Wait, and the list was changed after that: take a Wait out "
         "of the list before you wake its task.";
}

TEST(Gate, KeepsTheContract) {
  if (failed_before()) GTEST_SKIP() << "The tests before this one come first.";
  test::expect_contract([] {
    auto gate = std::make_shared<Gate>();
    return test::subject(Gate::Wait(*gate), [gate] { gate->open(); });
  });
}

}  // namespace
}  // namespace book
