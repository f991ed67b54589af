// From a shared object to a waker: T only says what waking means, the Arc does the counting.
// Chapter 03 wakes its tasks this way, as the Rust book does with its ArcWake trait.
#pragma once

#include "common/arc.h"
#include "common/waker.h"

namespace book {

template <class T>
concept ArcWake = requires(const Arc<T>& self) {
  T::wake_by_ref(self);
};

/// A waker that owns `object` and calls T::wake_by_ref(object) when it is woken.
template <ArcWake T>
Waker into_waker(Arc<T> object) {
  static constexpr WakerVTable vtable{
      .clone =
          [](void* data) {
            trace::waker_clone(data);
            static_cast<T*>(data)->retain();
          },
      .wake =
          [](void* data) {
            const auto self = Arc<T>::adopt(static_cast<T*>(data));
            T::wake_by_ref(self);
            trace::waker_drop(data);
          },
      .wake_by_ref = [](void* data) { T::wake_by_ref(Arc<T>::share(static_cast<T*>(data))); },
      .drop =
          [](void* data) {
            trace::waker_drop(data);
            static_cast<T*>(data)->release();
          },
  };
  trace::waker_clone(object.get());
  return Waker(object.leak(), &vtable);
}

}  // namespace book
