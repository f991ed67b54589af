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

}  // namespace book::explorer
