// Pooled: base of small objects that come and go often. Their memory is that of coroutine frames
// (chapter 05): for each thread a list of what was given back, by size.
#pragma once

#include <cstddef>
#include <new>

#include "05_async_await/frame_pool.h"

namespace book::detail {

struct Pooled {
  static void* operator new(std::size_t size) { return FramePool::allocate(size); }
  static void operator delete(void* memory, std::size_t size) noexcept {
    FramePool::free(memory, size);
  }
  // What wants to lie at a rounder address than a frame does is allocated as usual.
  static void* operator new(std::size_t size, std::align_val_t align) {
    return ::operator new(size, align);
  }
  static void operator delete(void* memory, std::size_t, std::align_val_t align) noexcept {
    ::operator delete(memory, align);
  }
};

}  // namespace book::detail
