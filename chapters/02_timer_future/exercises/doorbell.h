// Exercise 1: a waker of your own. Four small functions, and each one keeps count.
//
//     +-------+---------+
//     | data  | vtable -+----> clone, wake, wake_by_ref, drop
//     +-------+---------+
//         |
//         +--> Doorbell { owners, rings }      owners: how many wakers there are
//                                              rings:  how often one of them was called
//
// Run its test with: make exercise CHAPTER=02
#pragma once

#include "common/waker.h"

namespace book {

/// What these wakers wake. A real one would end some thread's wait; this one counts.
struct Doorbell {
  int owners = 0;
  int rings = 0;
};

namespace detail {

inline Doorbell& doorbell(void* data) { return *static_cast<Doorbell*>(data); }

inline constexpr WakerVTable kDoorbellWaker{
    // TODO: what does each of them do to `owners`, and what to `rings`? common/waker.h says what
    // they are for; doorbell(data) is the bell. Write [](void* data) { ... } to use it.
    .clone = [](void*) {},
    .wake = [](void*) {},
    .wake_by_ref = [](void*) {},
    .drop = [](void*) {},
};

}  // namespace detail

/// The first waker of this bell. (It is one owner.)
inline Waker waker_of(Doorbell& bell) {
  ++bell.owners;
  return Waker(&bell, &detail::kDoorbellWaker);
}

}  // namespace book
