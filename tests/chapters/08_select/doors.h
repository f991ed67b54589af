// What the futures of these tests wait for.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>

#include "common/future.h"

namespace book::test {

/// Opened by the test. Counts who asks.
struct Door {
  bool open = false;
  int polls = 0;
  Waker waiter;
};
using DoorPtr = std::shared_ptr<Door>;

inline DoorPtr door() { return std::make_shared<Door>(); }
inline void open(const DoorPtr& door) {
  door->open = true;
  std::exchange(door->waiter, Waker()).wake();
}

/// Waits for its door, then gives a number, or throws. Lets go of the door when it is dropped.
class Enter {
 public:
  using Output = int;
  explicit Enter(DoorPtr door, int number = 7, bool fails = false)
      : door_(std::move(door)), number_(number), fails_(fails) {}
  Enter(Enter&&) = default;
  ~Enter() {
    if (door_) door_->waiter = Waker();
  }
  Poll<int> poll(Context& cx) {
    pin_.enter();
    ++door_->polls;
    if (!door_->open) {
      cx.store(door_->waiter, "the door");
      return pin_.pending();
    }
    if (fails_) throw std::runtime_error("the door fell on me");
    return number_;
  }

 private:
  PinGuard pin_;
  DoorPtr door_;
  int number_;
  bool fails_;
};

/// A poll by hand, with a waker that wakes nobody.
template <class F>
auto poll_once(F& future) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  return future.poll(cx);
}

}  // namespace book::test
