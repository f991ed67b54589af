// Wrong: puts the output into the slot and tells nobody.
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
    slot_->value.emplace(std::move(output).value());
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
    if (slot_->value) return std::move(*slot_->value);
    cx.store(slot_->waiter, "the output of a task");
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
