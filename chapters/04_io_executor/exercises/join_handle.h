// Exercise 1: a task whose result another one waits for.
//
//     JoinHandle<int> handle = spawn_with_handle(executor, some_future);
//     int value = executor.block_on(handle);
//
//        the task                      the slot                       the handle
//     runs the future  -- value -->  [ value | waiter ]  <-- waker -- waits for the value
//                      -- wake ------------^
//
// Run its test with: make exercise CHAPTER=04
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "04_io_executor/executor.h"
#include "common/future.h"

namespace book {

/// The task was dropped before it had a value: its executor has ended.
class TaskDropped : public std::runtime_error {
 public:
  TaskDropped() : std::runtime_error("the task was dropped before it had ended") {}
};

/// What a task and its handle share. Both are on the executor's thread: no lock is needed.
template <class T>
struct Slot {
  std::optional<T> value;
  Waker waiter;          ///< of the task that waits for the value
  bool dropped = false;  ///< the task is gone, and there will be no value
};

/// A future of the task's value. Dropping it lets the task run on.
template <class T>
class [[nodiscard]] JoinHandle : PinnedOncePolled {
 public:
  using Output = T;

  explicit JoinHandle(std::shared_ptr<Slot<T>> slot) : slot_(std::move(slot)) {}

  Poll<T> poll(Context& cx) {
    pin_.enter();

    // TODO: three cases.
    //   - The value is there: return it (std::move it out of slot_->value).
    //   - The task was dropped: throw TaskDropped.
    //   - Neither: leave the waker of this very poll in slot_->waiter, then be pending.
    //     cx.store(slot, "why") does the first part.
    (void)cx;
    return pin_.pending();
  }

 private:
  std::shared_ptr<Slot<T>> slot_;
};

/// The task: runs the future and puts its value into the slot.
template <Future F>
class Reporting {
  using T = OutputOf<F>;

 public:
  using Output = void;

  Reporting(F future, std::shared_ptr<Slot<T>> slot)
      : future_(std::move(future)), slot_(std::move(slot)) {}
  Reporting(Reporting&&) = default;  // leaves slot_ empty behind: then there is nobody to tell
  ~Reporting() {
    // TODO: no value by now? There will be none. Say so, and tell the one who waits.
    //       (slot_ is empty in a Reporting that was moved from.)
  }

  Poll<void> poll(Context& cx) {
    // TODO: poll future_. When it is ready, put its value into the slot, and tell the one who
    // waits.
    (void)cx;
    return pending;
  }

 private:
  F future_;
  std::shared_ptr<Slot<T>> slot_;
};

/// Spawns `future` as a task of its own; the handle waits for its value.
template <Future F>
JoinHandle<OutputOf<F>> spawn_with_handle(Executor& executor, F future) {
  auto slot = std::make_shared<Slot<OutputOf<F>>>();
  executor.spawn(Reporting<F>(std::move(future), slot));
  return JoinHandle<OutputOf<F>>(std::move(slot));
}

}  // namespace book
