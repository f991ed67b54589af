// SharedItem<T>: a value that several may look at, counted, never changed. broadcast and watch put
// what is sent into one, outside of their lock; under it only pointers change hands. So no copy,
// and no destructor, of a T ever runs there.
#pragma once

#include <utility>

#include "11_channels/pooled.h"
#include "common/arc.h"
#include "common/solo_atomic.h"

namespace book::detail {

template <class T>
struct SharedItem : Pooled, RefCounted<SharedItem<T>, SoloAtomic> {
  explicit SharedItem(T&& item) : value(std::move(item)) {}

  T value;
};

}  // namespace book::detail
