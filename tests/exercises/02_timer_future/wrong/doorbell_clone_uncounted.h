// A wrong answer: a copy of a waker is not counted.
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
    .clone = [](void*) {},
    .wake =
        [](void* data) {
          ++doorbell(data).rings;
          --doorbell(data).owners;  // wake uses its waker up
        },
    .wake_by_ref = [](void* data) { ++doorbell(data).rings; },
    .drop = [](void* data) { --doorbell(data).owners; },
};

}  // namespace detail

/// The first waker of this bell. (It is one owner.)
inline Waker waker_of(Doorbell& bell) {
  ++bell.owners;
  return Waker(&bell, &detail::kDoorbellWaker);
}

}  // namespace book
