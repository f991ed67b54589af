// Wrong: the one behind the gap keeps its old neighbour.
#pragma once

#include <cstddef>
#include <utility>

#include "common/future.h"

namespace book {

class Gate {
 public:
  /// Ready once the gate is open. Must not outlive the gate.
  class [[nodiscard]] Wait : PinnedOncePolled {
   public:
    using Output = void;

    explicit Wait(Gate& gate) : gate_(&gate) {}
    Wait(Wait&&) = default;
    ~Wait() {
      if (linked_) gate_->unlink(*this);
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();
      if (gate_->open_) return Poll<void>::ready();
      cx.store(waker_, "a gate");
      if (!linked_) gate_->link(*this);
      return pin_.pending();
    }

   private:
    friend Gate;
    Gate* gate_;
    Wait* next_ = nullptr;
    Wait* previous_ = nullptr;
    bool linked_ = false;
    Waker waker_;
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() = default;

  /// Wakes everybody who waits. Whoever comes later is ready at once.
  void open() {
    open_ = true;
    while (Wait* wait = first_) {
      unlink(*wait);
      Waker waker = std::exchange(wait->waker_, Waker());
      std::move(waker).wake();
    }
  }

  /// How many are in the list.
  std::size_t waiting() const { return waiting_; }
  bool empty() const { return first_ == nullptr; }

 private:
  // Both keep waiting_ and wait.linked_ right; both are to cost the same for ten waits or ten
  // thousand.
  void link(Wait& wait) {
    wait.next_ = first_;
    wait.previous_ = nullptr;
    if (first_) first_->previous_ = &wait;
    first_ = &wait;
    wait.linked_ = true;
    ++waiting_;
  }
  void unlink(Wait& wait) {
    (wait.previous_ ? wait.previous_->next_ : first_) = wait.next_;
    wait.linked_ = false;
    --waiting_;
  }

  Wait* first_ = nullptr;
  std::size_t waiting_ = 0;
  bool open_ = false;
};

}  // namespace book
