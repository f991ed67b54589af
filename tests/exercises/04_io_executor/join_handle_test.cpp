#include "exercise/join_handle.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "chapters/04_io_executor/helpers.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using test::CountingWaker;
using test::Event;

class JoinHandleTest : public testing::Test {
 protected:
  /// A future of 42 that waits for an event first.
  static auto answer_after(Event& event) {
    return event.wait() | map([] { return 42; });
  }
  /// Runs what is ready, and goes no further.
  void let_others_run() { executor_.block_on(test::yields(2)); }

  /// What the handle gives, or nothing when all that is left is silence, or when it is polled
  /// again and again.
  std::optional<int> wait_for(JoinHandle<int>& handle) {
    try {
      return executor_.block_on(poll_fn([&, polls = 0](Context& cx) mutable {
        if (++polls == 1000) throw std::runtime_error("polled 1000 times");
        return handle.poll(cx);
      }));
    } catch (const TaskDropped&) {
      ADD_FAILURE()
          << "The task has ended with a value, and its handle threw TaskDropped. A value that is\n"
             "there comes first; and ~Reporting says dropped only if there is none.";
      return std::nullopt;
    } catch (const Deadlock&) {
      return std::nullopt;
    } catch (const std::runtime_error&) {
      return std::nullopt;
    }
  }

  Executor executor_{{.time = TimeMode::virtual_time}};
};

TEST_F(JoinHandleTest, TheTaskRunsItsFuture) {
  bool ran = false;
  JoinHandle<int> handle =
      spawn_with_handle(executor_, test::once([&] { ran = true; }) | map([] { return 42; }));
  EXPECT_FALSE(ran) << "spawning runs nothing: the executor does";
  let_others_run();
  ASSERT_TRUE(ran) << "The executor polled the task, and the task did not poll its future.\n"
                      "Reporting::poll is the task: begin there.";
  ASSERT_EQ(executor_.task_count(), 0u)
      << "The future is ready, and the task is still there. A task ends when its\n"
         "poll returns Poll<void>::ready().";
}

TEST_F(JoinHandleTest, GivesAValueThatIsThere) {
  JoinHandle<int> handle = spawn_with_handle(executor_, ready(42));
  let_others_run();
  const std::optional<int> value = wait_for(handle);
  ASSERT_TRUE(value.has_value())
      << "The task has ended, and its handle says pending. First look whether the\n"
         "slot holds a value; wait only when it does not.";
  EXPECT_EQ(*value, 42);
}

TEST_F(JoinHandleTest, LeavesItsWakerInTheSlot) {
  Event event;
  JoinHandle<int> handle = spawn_with_handle(executor_, answer_after(event));
  CountingWaker waiter;
  Context cx(waiter.waker());
  ASSERT_TRUE(handle.poll(cx).is_pending());
  ASSERT_EQ(waiter.wakes(), 0)
      << "The handle woke its own task. It will be polled again at once, and again:\n"
         "that is asking all the time, not waiting.";
  ASSERT_EQ(waiter.kept(), 1)
      << "The handle said pending and left no waker, so nobody can tell it when the\n"
         "value is there. The slot has a place for it.";
}

TEST_F(JoinHandleTest, WaitsForATaskThatTakesItsTime) {
  JoinHandle<int> handle = spawn_with_handle(executor_, sleep(1h) | map([] { return 42; }));
  const std::optional<int> value = wait_for(handle);
  ASSERT_TRUE(value.has_value())
      << "The task ended an hour later, and nobody told the one who waits. It\n"
         "takes both sides: the handle leaves its waker in the slot, and the task\n"
         "wakes it once the value is there.";
  EXPECT_EQ(*value, 42);
}

TEST_F(JoinHandleTest, WakesOnceAndForAValueOnly) {
  Event first, second;
  auto two_events = first.wait() | then([&] { return second.wait(); }) | map([] { return 42; });
  JoinHandle<int> handle = spawn_with_handle(executor_, std::move(two_events));
  CountingWaker waiter;
  Context cx(waiter.waker());
  ASSERT_TRUE(handle.poll(cx).is_pending());
  let_others_run();
  first.set();
  let_others_run();
  EXPECT_EQ(waiter.wakes(), 0)
      << "The task is pending, and it woke the one who waits. A wake says that\n"
         "asking is worth it: not before there is a value.";
  second.set();
  let_others_run();
  EXPECT_EQ(waiter.wakes(), 1) << "the value is there: that is one wake";
  EXPECT_EQ(waiter.kept(), 0)
      << "The task has ended, and the waker is still in the slot. A waker keeps its task\n"
         "alive: take it out and wake it, std::move(slot_->waiter).wake().";
  EXPECT_EQ(handle.poll(cx).value(), 42);
}

TEST_F(JoinHandleTest, TheValueIsThereWhenItWakes) {
  Event event;
  JoinHandle<int> handle = spawn_with_handle(executor_, answer_after(event));
  CountingWaker waiter, once_more;
  bool found = false;
  waiter.on_wake([&] {
    Context cx(once_more.waker());
    found = handle.poll(cx).is_ready();
  });
  Context cx(waiter.waker());
  ASSERT_TRUE(handle.poll(cx).is_pending());
  event.set();
  let_others_run();
  EXPECT_TRUE(found)
      << "Whoever was woken looked at once, and found no value. First the news, then\n"
         "the wake: not every waker waits until you have finished your line.";
}

TEST_F(JoinHandleTest, WakesWhoeverAskedLast) {
  Event event;
  JoinHandle<int> handle = spawn_with_handle(executor_, answer_after(event));
  CountingWaker first, last;
  Context first_cx(first.waker()), last_cx(last.waker());
  ASSERT_TRUE(handle.poll(first_cx).is_pending());
  ASSERT_TRUE(handle.poll(last_cx).is_pending());
  let_others_run();
  event.set();
  let_others_run();
  EXPECT_EQ(last.wakes(), 1)
      << "The handle was polled by one task and then by another, and the task woke\n"
         "the first. The waker of the latest poll is the one that counts.";
  EXPECT_EQ(first.wakes(), 0);
  EXPECT_EQ(first.kept(), 0) << "the first waker is of no more use: let go of it";
}

TEST_F(JoinHandleTest, DroppingTheHandleLetsTheTaskRunOn) {
  Event event;
  bool ended = false;
  {
    JoinHandle<int> handle = spawn_with_handle(executor_, event.wait() | map([&] {
                                                            ended = true;
                                                            return 42;
                                                          }));
  }
  let_others_run();
  event.set();
  let_others_run();
  EXPECT_TRUE(ended)
      << "The handle was dropped, and the task with it. A handle is a way to hear of\n"
         "a task, not its owner: the task runs on, and its value goes unread.";
  EXPECT_EQ(executor_.task_count(), 0u);
}

TEST_F(JoinHandleTest, ATaskThatIsDroppedTellsItsHandle) {
  CountingWaker waiter;
  Context cx(waiter.waker());
  Event event;
  std::optional<JoinHandle<int>> waits, asks_later;
  {
    Executor ends_early({.time = TimeMode::virtual_time});
    waits.emplace(spawn_with_handle(ends_early, answer_after(event)));
    asks_later.emplace(spawn_with_handle(ends_early, answer_after(event)));
    ASSERT_TRUE(waits->poll(cx).is_pending());
  }
  EXPECT_EQ(waiter.wakes(), 1)
      << "The executor ended and dropped the task: there will be no value. The one\n"
         "who waits was not woken, and waits forever. ~Reporting is the last to know.";
  EXPECT_THROW((void)waits->poll(cx), TaskDropped);
  EXPECT_THROW((void)asks_later->poll(cx), TaskDropped);
}

TEST_F(JoinHandleTest, GivesAValueThatCanOnlyBeMoved) {
  auto handle = spawn_with_handle(executor_, ready(std::make_unique<std::string>("moved")));
  EXPECT_EQ(*executor_.block_on(handle), "moved");
}

}  // namespace
}  // namespace book
