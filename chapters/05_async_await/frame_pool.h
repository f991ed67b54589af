// Where coroutine frames live: a free list for each size, kept by the thread.
//
// g++ 12 puts every frame on the heap, so a call of an async function is an allocation; taking the
// frame that the last call left behind makes it two loads and two stores. A frame may be freed on
// another thread than the one that made it: it then joins that thread's list. Off under the address
// sanitizer, which has to see every use after free.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace book {

class FramePool {
 public:
  static void* allocate(std::size_t size) {
    const std::size_t index = index_of(size);
    if (kEnabled && index < kClasses) {
      FreeList& list = lists_[index];
      if (Block* block = list.first) {
        list.first = block->next;
        --list.count;
        return block;
      }
    }
    return ::operator new(size_of_class(index));
  }

  static void free(void* frame, std::size_t size) noexcept {
    const std::size_t index = index_of(size);
    if (kEnabled && index < kClasses) {
      FreeList& list = lists_[index];
      if (list.count < list.limit || first_of_thread(list, index)) {
        list.first = new (frame) Block{list.first};
        ++list.count;
        return;
      }
    }
    ::operator delete(frame);
  }

  /// How many bytes this thread keeps for frames of this size: for tests.
  static std::size_t kept_bytes(std::size_t size) noexcept;

  static constexpr std::size_t kMaxKeptBytes = 64 * 1024;

#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kEnabled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  static constexpr bool kEnabled = false;
#else
  static constexpr bool kEnabled = true;
#endif
#else
  static constexpr bool kEnabled = true;
#endif

 private:
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kClasses = 64;  // frames of up to a kilobyte

  struct Block {
    Block* next;
  };
  /// A limit of zero: this thread has not used the list yet, or is about to end.
  struct FreeList {
    Block* first;
    std::uint32_t count;
    std::uint32_t limit;
  };

  // Sizes of 16 n + 8: with the eight bytes that malloc puts before each block, nothing is wasted.
  static constexpr std::size_t index_of(std::size_t size) { return (size + 7) / kStep; }
  static constexpr std::size_t size_of_class(std::size_t index) { return index * kStep + 8; }

  /// Opens the list on its first use, and sees to it that the thread's end empties all of them.
  static bool first_of_thread(FreeList& list, std::size_t index) noexcept;

  class ThreadEnd;
  static constinit inline thread_local FreeList lists_[kClasses]{};
};

}  // namespace book
