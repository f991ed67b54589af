#include "exercise/handle.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "support/counting_waker.h"

namespace book {
namespace {

using namespace std::chrono_literals;

/// Sleeps, then gives a value that can only be moved.
class Later {
 public:
  using Output = std::unique_ptr<int>;
  explicit Later(Duration wait) : sleep_(sleep(wait)) {}
  Poll<Output> poll(Context& cx) {
    if (sleep_.poll(cx).is_pending()) return pending;
    return std::make_unique<int>(42);
  }

 private:
  Sleep sleep_;
};

/// Runs both halves on one executor; the value, or 0 and a failure that says why there is none.
int run(Duration wait, Duration ask_after) {
  Executor executor({.time = TimeMode::virtual_time});
  Reactor::Scope scope(executor.reactor());
  exercise::Slotted<Later> work = exercise::with_handle(Later(wait));
  executor.spawn(std::move(work.task));
  executor.block_on(sleep(ask_after));
  try {
    return *executor.block_on(std::move(work.handle));
  } catch (const Deadlock& deadlock) {
    ADD_FAILURE()
        << "The handle waits and nobody will wake it. The one who fills the slot has to wake "
           "whoever waits for it, and so has to know whom.\n"
        << deadlock.what();
    return 0;
  }
}

TEST(Handle, GivesWhatTheTaskLeftBefore) {
  EXPECT_EQ(run(5ms, 10ms), 42)
      << "The task has ended before anybody asked: its output must be in the "
         "slot by then.";
}

TEST(Handle, WaitsForATaskThatHasNotEnded) { EXPECT_EQ(run(10ms, 5ms), 42); }

TEST(Handle, WakesTheTaskThatPolledItLast) {
  Executor executor({.time = TimeMode::virtual_time});
  Reactor::Scope scope(executor.reactor());
  exercise::Slotted<Later> work = exercise::with_handle(Later(5ms));
  executor.spawn(std::move(work.task));
  test::CountingWaker first;
  test::CountingWaker second;
  for (test::CountingWaker* waker : {&first, &second}) {
    Context cx(waker->waker());
    EXPECT_TRUE(work.handle.poll(cx).is_pending()) << "There is nothing in the slot yet.";
  }
  executor.run();
  EXPECT_EQ(second.wakes(), 1)
      << "The handle was polled by one task and then by another, as happens "
         "when it is moved into a task. The last one is who has to be woken.";
}

}  // namespace
}  // namespace book
