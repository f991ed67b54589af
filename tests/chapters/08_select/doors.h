// The doors of tests/support/door.h one by one, and a poll by hand.
#pragma once

#include <memory>
#include <utility>

#include "common/future.h"
#include "support/door.h"

namespace book::test {

using DoorPtr = std::shared_ptr<Door>;

inline DoorPtr door() { return std::make_shared<Door>(); }
/// Whoever enters gets an exception.
inline DoorPtr broken_door() {
  DoorPtr broken = door();
  broken->fails = true;
  return broken;
}
inline void open(const DoorPtr& door) {
  door->open = true;
  std::exchange(door->waiter, Waker()).wake();
}

/// With a waker that wakes nobody.
template <class F>
auto poll_once(F& future) {
  const Waker waker = Waker::noop();
  Context cx(waker);
  return future.poll(cx);
}

}  // namespace book::test
