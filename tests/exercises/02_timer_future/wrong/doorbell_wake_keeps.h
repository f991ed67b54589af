// A wrong answer: wake rings the bell, and forgets that its waker is used up.
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
    .clone = [](void* data) { ++doorbell(data).owners; },
    .wake = [](void* data) { ++doorbell(data).rings; },
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
