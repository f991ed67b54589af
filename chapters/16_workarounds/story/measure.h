// What a piece of work takes: blocks from the heap, and bytes of the machine's stack.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/future.h"
#include "common/start_thread.h"

namespace book::story {

/// Of the calling thread, since it began. main.cpp has the operator new that counts.
inline constinit thread_local std::size_t allocations = 0;

/// The blocks that `work` takes from the heap, in a thread of its own: one that has no frames left
/// over from what was before.
template <class Work>
std::size_t allocations_of(Work work) {
  std::size_t count = 0;
  start_thread([&] {
    const std::size_t before = allocations;
    work();
    count = allocations - before;
  }).join();
  return count;
}

/// How deep the stack is at one place, as seen from another.
class StackMark {
 public:
  /// Here the count begins.
  [[gnu::noinline]] void set() noexcept { top_ = here(); }
  /// Here somebody looks.
  [[gnu::noinline]] void look() noexcept { bottom_ = here(); }
  long depth() const noexcept { return static_cast<long>(top_ - bottom_); }

 private:
  [[gnu::always_inline]] static std::uintptr_t here() noexcept {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  }
  std::uintptr_t top_ = 0, bottom_ = 0;
};

/// A future that is ready at once, and looks at the stack when it is polled: 0.
class Look {
 public:
  using Output = int;
  explicit Look(StackMark& mark) : mark_(&mark) {}
  Poll<int> poll(Context&) {
    mark_->look();
    return 0;
  }

 private:
  StackMark* mark_;
};

}  // namespace book::story
