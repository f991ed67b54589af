// Tests of the piece farewell: a task and its handle end, one before the other.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "04_io_executor/executor.h"
#include "10_spawning/spawn.h"
#include "support/hand.h"

namespace book {
namespace {

using test::Hand;
using Value = std::shared_ptr<int>;

struct Door {
  bool open = false;
  Waker waker;
  Value value = std::make_shared<int>(7);
};

class Opens : PinnedOncePolled {
 public:
  using Output = Value;
  explicit Opens(Door& door) : door_(&door) {}
  Poll<Value> poll(Context& cx) {
    pin_.enter();
    if (door_->open) return Poll<Value>::ready(door_->value);
    cx.store(door_->waker, "a door");
    return pin_.pending();
  }

 private:
  Door* door_;
};

class Farewell : public testing::Test {
 protected:
  /// Spawns it inside of the executor, where spawn() belongs.
  class Spawns {
   public:
    using Output = void;
    explicit Spawns(Farewell& test) : test_(&test) {}
    Poll<void> poll(Context&) {
      test_->handle_.emplace(spawn(Opens(test_->door_)));
      return Poll<void>::ready();
    }

   private:
    Farewell* test_;
  };
  Farewell() {
    executor_.spawn(Spawns(*this));
    executor_.run_ready();
  }
  ~Farewell() override { door_.waker = Waker(); }
  void open() {
    door_.open = true;
    door_.waker.wake_by_ref();
    executor_.run_ready();
  }

  Door door_;
  Executor executor_{{.time = TimeMode::virtual_time}};
  std::optional<JoinHandle<Value>> handle_;
  Hand waits_;
};

TEST_F(Farewell, TheEndOfTheTaskWakesTheHandle) {
  ASSERT_TRUE(waits_.is_pending(*handle_));
  open();
  EXPECT_EQ(waits_.wakes(), 1)
      << "JoinTaskBase::completed: the task has ended, and the task that awaits its handle was not "
      << "woken.";
  EXPECT_EQ(waits_.poll(*handle_).value(), door_.value);
}

TEST_F(Farewell, WithoutAHandleTheOutputIsDroppedAtTheEnd) {
  const Waker keeps_the_task = door_.waker;
  handle_.reset();
  open();
  EXPECT_EQ(door_.value.use_count(), 1)
      << "JoinTaskBase::completed: the handle is gone, so the task's value belongs to nobody, and "
      << "it is still there. The one who comes second clears away.";
}

TEST_F(Farewell, AHandleThatGoesLastDropsTheOutput) {
  const Waker keeps_the_task = door_.waker;
  open();
  EXPECT_EQ(door_.value.use_count(), 2) << "The value waits for its handle.";
  handle_.reset();
  EXPECT_EQ(door_.value.use_count(), 1) << "JoinTaskBase::drop_handle: the task had ended, and its "
                                           "value was never fetched. Now there "
                                        << "is no one left to drop it but the handle.";
}

TEST_F(Farewell, AHandleThatGoesWhileItWaitsTakesItsWakerAlong) {
  ASSERT_TRUE(waits_.is_pending(*handle_));
  EXPECT_EQ(waits_.waker.kept(), 1);
  const Waker keeps_the_task = door_.waker;
  handle_.reset();
  EXPECT_EQ(waits_.waker.kept(), 0)
      << "JoinTaskBase::drop_handle: the waker of the task that waited is still in waiter_, and "
      << "keeps that task alive.";
  open();
  EXPECT_EQ(waits_.wakes(), 0) << "Nobody waits any more.";
}

TEST_F(Farewell, ADetachedTaskRunsOn) {
  handle_.reset();
  EXPECT_EQ(executor_.task_count(), 1u) << "To drop a handle is to detach, and not to abort.";
  open();
  EXPECT_EQ(executor_.task_count(), 0u);
}

}  // namespace
}  // namespace book
