// A solution of exercise 2: those who wait for a gate, in a list that is made of themselves.
//
//     Gate                 Wait                 Wait                 Wait
//     +--------+           +----------+         +----------+         +----------+
//     | first_-+---------->|    next_-+-------->|    next_-+-------->|    next_-+---> nothing
//     +--------+           |-previous_|<--------+-previous_|<--------+-previous_|
//                          |  waker_  |         |  waker_  |         |  waker_  |
//                          +----------+         +----------+         +----------+
//
// No allocation and no search, for a Wait does not move once it is linked: it was polled. All of it
// happens on one thread.
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

  /// Wakes all tasks that wait. One that comes later is ready at once.
  void open() {
    open_ = true;
    while (Wait* wait = first_) {
      unlink(*wait);
      Waker waker = std::move(wait->waker_);  // the wake may be the end of this Wait
      std::move(waker).wake();
    }
  }

  /// How many are in the list.
  std::size_t waiting() const { return waiting_; }
  bool empty() const { return first_ == nullptr; }

 private:
  void link(Wait& wait) {
    wait.linked_ = true;
    ++waiting_;
    wait.next_ = first_;
    if (first_) first_->previous_ = &wait;
    first_ = &wait;
  }
  void unlink(Wait& wait) {
    wait.linked_ = false;
    --waiting_;
    (wait.previous_ ? wait.previous_->next_ : first_) = wait.next_;
    if (wait.next_) wait.next_->previous_ = wait.previous_;
    wait.next_ = wait.previous_ = nullptr;
  }

  Wait* first_ = nullptr;
  std::size_t waiting_ = 0;
  bool open_ = false;
};

}  // namespace book
