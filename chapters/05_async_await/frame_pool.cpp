#include "05_async_await/frame_pool.h"

namespace book {

/// Made when a thread frees its first frame. Its destructor gives the lists back; a limit of zero
/// and `ended` then keep them shut for whatever else the thread still frees.
class FramePool::ThreadEnd {
 public:
  ThreadEnd() noexcept {}
  ~ThreadEnd() {
    ended = true;
    for (std::size_t index = 0; index < kClasses; ++index) {
      FreeList& list = lists_[index];
      list.limit = 0;
      while (Block* block = list.first) {
        list.first = block->next;
        ::operator delete(block);
      }
      list.count = 0;
    }
  }
  static constinit inline thread_local bool ended = false;
};

bool FramePool::first_of_thread(FreeList& list, std::size_t index) noexcept {
  if (list.limit != 0 || ThreadEnd::ended) return false;
  static thread_local ThreadEnd end;
  (void)end;
  list.limit = static_cast<std::uint32_t>(kMaxKeptBytes / size_of_class(index));
  return true;
}

std::size_t FramePool::kept_bytes(std::size_t size) noexcept {
  const std::size_t index = index_of(size);
  return index < kClasses ? lists_[index].count * size_of_class(index) : 0;
}

}  // namespace book
