// Exercise 2: a handle to what a task gives.
//
//     Slotted<int> work = with_handle(answer());     // work.task, work.handle
//     executor.spawn(std::move(work.task));          // runs the future, keeps its output
//     int value = executor.block_on(std::move(work.handle));
//
// executor.spawn() throws a future's output away. Here the task puts it into a slot that it shares
// with the handle, and the handle is itself a future: of what will be in the slot. (Chapter 10
// makes a JoinHandle of this idea.) Both live on the executor's thread, so the slot needs no lock.
#pragma once

#include <optional>
#include <utility>

#include "common/arc.h"
#include "common/future.h"

namespace book::exercise {

template <class T>
struct Slot : RefCounted<Slot<T>> {
  std::optional<T> value;
  Waker waiter;  // of whoever polls the handle
};

/// The task: polls the future, and puts its output into the slot.
template <Future F>
class [[nodiscard]] IntoSlot {
 public:
  using Output = void;
  IntoSlot(F future, Arc<Slot<OutputOf<F>>> slot)
      : future_(std::move(future)), slot_(std::move(slot)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    Poll<OutputOf<F>> output = future_.poll(cx);
    if (output.is_pending()) return pin_.pending();
    // TODO: put the output into the slot. Who has to hear of it?
    return Poll<void>::ready();
  }

 private:
  F future_;
  Arc<Slot<OutputOf<F>>> slot_;
  PinGuard pin_;
};

/// The handle: ready when there is something in the slot.
template <class T>
class [[nodiscard]] Handle {
 public:
  using Output = T;
  explicit Handle(Arc<Slot<T>> slot) : slot_(std::move(slot)) {}

  Poll<T> poll(Context& cx) {
    pin_.enter();
    // TODO: is there a value? Then it is yours to take. If not, pending is a promise: keep it.
    (void)cx;
    return pin_.pending();
  }

 private:
  Arc<Slot<T>> slot_;
  PinGuard pin_;
};

template <Future F>
struct Slotted {
  IntoSlot<F> task;
  Handle<OutputOf<F>> handle;
};

template <Future F>
Slotted<F> with_handle(F future) {
  auto slot = make_arc<Slot<OutputOf<F>>>();
  return {IntoSlot<F>(std::move(future), slot), Handle<OutputOf<F>>(slot)};
}

}  // namespace book::exercise
