// Exercise 2: those who wait for a gate, in a list that is made of themselves.
//
//     Gate                 Wait                 Wait                 Wait
//     +--------+           +----------+         +----------+         +----------+
//     | first_-+---------->|    next_-+-------->|    next_-+-------->|    next_-+---> nothing
//     +--------+           |-previous_|<--------+-previous_|<--------+-previous_|
//                          |  waker_  |         |  waker_  |         |  waker_  |
//                          +----------+         +----------+         +----------+
//
// No allocation and no search: that is what an address that does not change is good for. All of it
// happens on one thread. Run its test with: make exercise CHAPTER=06
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
      // TODO: the list must not lead to an object that is gone.
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();
      if (gate_->open_) return Poll<void>::ready();
      cx.store(waker_, "a gate");
      // TODO: from here on this Wait does not move any more. Put it into the list, once.
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
    // TODO: wake them all, and leave the list empty. A task that you wake may do anything, even
    // destroy this Wait and others: take one out of the list, then wake it, then look at first_
    // again.
  }

  /// How many are in the list.
  std::size_t waiting() const { return waiting_; }
  bool empty() const { return first_ == nullptr; }

 private:
  // Both keep waiting_ and wait.linked_ right; both are to cost the same for ten waits or ten
  // thousand.
  void link(Wait& wait) {
    (void)wait;  // TODO: at the front is easiest
  }
  void unlink(Wait& wait) {
    (void)wait;  // TODO: its neighbours get each other. It may be the first one, and the last.
  }

  Wait* first_ = nullptr;
  std::size_t waiting_ = 0;
  bool open_ = false;
};

}  // namespace book
