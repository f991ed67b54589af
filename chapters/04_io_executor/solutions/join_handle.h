// Exercise 1, solved: a slot that two share, and one waker in it.
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
    if (slot_->value) return std::move(*slot_->value);
    if (slot_->dropped) throw TaskDropped();
    cx.store(slot_->waiter, "a task");
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
    if (!slot_ || slot_->value) return;
    slot_->dropped = true;
    std::move(slot_->waiter).wake();
  }

  Poll<void> poll(Context& cx) {
    Poll<T> output = future_.poll(cx);
    if (output.is_pending()) return pending;
    slot_->value = std::move(output).value();
    std::move(slot_->waiter).wake();
    return Poll<void>::ready();
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
