// Tests of exercise 3: many tasks, one alarm. Each task is a waker that counts.
#include "exercise/alarm.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "02_timer_future/sleep.h"
#include "common/reactor/reactor.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using test::CountingWaker;

bool poll(Alarm::Wait& wait, const CountingWaker& task) {
  Context cx(task.waker());
  return wait.poll(cx).is_ready();
}

TEST(Alarm, WakesTheOneWhoWaits) {
  CountingWaker task;
  Alarm alarm;
  Alarm::Wait wait = alarm.wait();
  ASSERT_FALSE(poll(wait, task)) << "It has not rung yet.";
  EXPECT_EQ(alarm.waiting(), 1u) << "One task waits: it will be woken when the alarm rings.";
  alarm.ring();
  ASSERT_EQ(task.wakes(), 1) << "The alarm rang, and the task that waits for it was not woken.";
  EXPECT_TRUE(poll(wait, task)) << "Woken, polled, and still pending. Does ring say that it rang?";
}

TEST(Alarm, IsReadyAtOnceWhenItHasRung) {
  CountingWaker task;
  Alarm alarm;
  alarm.ring();
  Alarm::Wait wait = alarm.wait();
  EXPECT_TRUE(poll(wait, task)) << "It has rung already: nobody will ring it again.";
  EXPECT_EQ(task.clones(), 0) << "Look first: who does not have to wait needs no waker.";
}

TEST(Alarm, WakesEverybodyWhoWaits) {
  CountingWaker tasks[3];
  Alarm alarm;
  Alarm::Wait waits[] = {alarm.wait(), alarm.wait(), alarm.wait()};
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(poll(waits[i], tasks[i]));
  alarm.ring();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(tasks[i].wakes(), 1)
        << "Task " << i + 1 << " of 3 waits, and was not woken once. With one slot for a waker, "
        << "whoever polls last pushes the others out, and they wait forever.";
    EXPECT_TRUE(poll(waits[i], tasks[i]));
  }
}

TEST(Alarm, KeepsOneWakerForEachWhoWaits) {
  CountingWaker task;
  Alarm alarm;
  Alarm::Wait wait = alarm.wait();
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(poll(wait, task));
  EXPECT_EQ(alarm.waiting(), 1u)
      << "One future, polled three times, and the alarm has more than one waker of it. A poll that "
         "is not the first has to find the place of the one before.";
  EXPECT_EQ(task.clones(), 1) << "It has that waker already: cx.store(slot, ...) asks will_wake.";
  alarm.ring();
  EXPECT_EQ(task.wakes(), 1) << "One task waits, so one wake is enough.";
}

TEST(Alarm, WakesTheTaskThatPolledLast) {
  CountingWaker first;
  CountingWaker second;
  Alarm alarm;
  Alarm::Wait wait = alarm.wait();
  ASSERT_FALSE(poll(wait, first));
  ASSERT_FALSE(poll(wait, second));
  alarm.ring();
  EXPECT_EQ(second.wakes(), 1) << "The future changed hands: the task that polled last waits.";
  EXPECT_EQ(first.wakes(), 0) << "The task that gave the future away waits no more.";
}

TEST(Alarm, ForgetsThoseWhoGoAway) {
  CountingWaker leaving;
  CountingWaker staying;
  Alarm alarm;
  Alarm::Wait stays = alarm.wait();
  std::optional<Alarm::Wait> leaves(alarm.wait());
  ASSERT_FALSE(poll(*leaves, leaving));
  ASSERT_FALSE(poll(stays, staying));
  leaves.reset();
  EXPECT_EQ(leaving.kept(), 0)
      << "A Wait was destroyed, and the alarm still keeps its waker: a destructor is how a future "
         "is cancelled, and it takes back what the polls have left behind.";
  EXPECT_EQ(alarm.waiting(), 1u) << "Of two that waited one is gone.";
  alarm.ring();
  EXPECT_EQ(leaving.wakes(), 0) << "It was cancelled: nobody wants that wake any more.";
  EXPECT_EQ(staying.wakes(), 1) << "The other one is still there, and was not woken.";
}

TEST(Alarm, OneThatWasNeverPolledLeavesNothing) {
  Alarm alarm;
  {
    Alarm::Wait wait = alarm.wait();
    [[maybe_unused]] Alarm::Wait moved = std::move(wait);
  }
  EXPECT_EQ(alarm.waiting(), 0u) << "Nobody has polled, so nobody waits.";
}

TEST(Alarm, HasRungBeforeItWakes) {
  CountingWaker task;
  Alarm alarm;
  Alarm::Wait wait = alarm.wait();
  ASSERT_FALSE(poll(wait, task));
  bool ready = false;
  task.on_wake([&] { ready = poll(wait, task); });  // inside wake(): the task polls at once
  alarm.ring();
  EXPECT_TRUE(ready) << "Woken, polled at once, and still pending: the task goes to sleep again, "
                        "and this time nobody will wake it. First the news, then the wake.";
}

TEST(Alarm, AWokenTaskMayDestroyAnotherWait) {
  CountingWaker first;
  CountingWaker second;
  Alarm alarm;
  Alarm::Wait one = alarm.wait();
  std::optional<Alarm::Wait> two(alarm.wait());
  ASSERT_FALSE(poll(one, first));
  ASSERT_FALSE(poll(*two, second));
  first.on_wake([&] { two.reset(); });
  alarm.ring();
  EXPECT_EQ(first.wakes(), 1);
  EXPECT_EQ(second.kept(), 0)
      << "The first task was woken and destroyed the other Wait, while ring() was walking through "
         "the list: that entry was dropped twice, or never. Take the whole list out first, then "
         "wake.";
}

TEST(Alarm, AWokenTaskMayDestroyItsOwnWait) {
  CountingWaker tasks[3];
  Alarm alarm;
  std::optional<Alarm::Wait> waits[3];
  for (int i = 0; i < 3; ++i) {
    waits[i].emplace(alarm.wait());
    ASSERT_FALSE(poll(*waits[i], tasks[i]));
    tasks[i].on_wake([&wait = waits[i]] { wait.reset(); });
  }
  alarm.ring();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(tasks[i].wakes(), 1)
        << "Each task that was woken was done, and its Wait went, while ring() was walking through "
           "the "
           "list. Task "
        << i + 1
        << " of 3 was skipped, or woken twice. Take the whole list out first, "
           "then wake.";
  }
}

TEST(Alarm, ForgetsThoseItHasWoken) {
  CountingWaker task;
  Alarm alarm;
  Alarm::Wait wait = alarm.wait();
  ASSERT_FALSE(poll(wait, task));
  alarm.ring();
  EXPECT_EQ(alarm.waiting(), 0u) << "It has rung, and everybody was woken: nobody waits any more.";
  EXPECT_EQ(task.kept(), 0) << "The task was woken, and its waker is still kept. A waker keeps its "
                               "task alive: take it out before you wake it.";
  alarm.ring();
  EXPECT_EQ(task.wakes(), 1) << "It was woken again by the next ring, and waits no more.";
}

TEST(Alarm, OneTimerWakesThemAll) {
  Reactor reactor(TimeMode::virtual_time);
  Reactor::Scope current(reactor);
  CountingWaker tasks[3];
  Alarm alarm;
  Alarm::Wait waits[] = {alarm.wait(), alarm.wait(), alarm.wait()};
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(poll(waits[i], tasks[i]));

  CountingWaker ringer;  // the waker of the one timer rings the alarm of them all
  ringer.on_wake([&] { alarm.ring(); });
  Context cx(ringer.waker());
  Sleep timer = sleep(1h);
  ASSERT_TRUE(timer.poll(cx).is_pending());
  reactor.wait();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(poll(waits[i], tasks[i]))
        << "The timer rang the alarm, and Wait " << i << " of 3 is still pending.";
  }
}

}  // namespace
}  // namespace book
