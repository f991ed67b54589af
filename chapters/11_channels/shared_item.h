// SharedItem<T>: a value that several may look at, counted, never changed. broadcast and watch put
// what is sent into one, outside of their lock; under it only pointers change hands. So no copy,
// and no destructor, of a T ever runs there.
#pragma once

#include <cstddef>
#include <utility>

#include "05_async_await/frame_pool.h"
#include "common/arc.h"
#include "common/solo_atomic.h"

namespace book::detail {

template <class T>
struct SharedItem : RefCounted<SharedItem<T>, SoloAtomic> {
  explicit SharedItem(T&& item) : value(std::move(item)) {}

  T value;

  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    FramePool::free(memory, size);
  }
};

}  // namespace book::detail
