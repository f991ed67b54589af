// A waker that unparks a thread of a scenario, as a task's waker would queue the task.
#pragma once

#include "common/waker.h"
#include "explorer/explorer.h"

namespace book::explorer {

inline Waker waker_of(Parker& parker) {
  static constexpr WakerVTable vtable{
      [](void*) {},
      [](void* data) { static_cast<Parker*>(data)->unpark(); },
      [](void* data) { static_cast<Parker*>(data)->unpark(); },
      [](void*) {},
  };
  return Waker(&parker, &vtable);
}

/// Polls as a task of its own would: again after each wake, until it is ready.
template <class Poll>
auto wait_for(Parker& parker, Poll poll) {
  const Waker waker = waker_of(parker);
  for (;;) {
    Context cx(waker);
    auto result = poll(cx);
    if (result.is_ready()) return result;
    parker.park();
  }
}

}  // namespace book::explorer
