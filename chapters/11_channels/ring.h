// Ring: the items of a channel, first in, first out, in blocks that are allocated when they are
// needed and used again.
//
//      head                                          tail
//       v                                             v
//     [ . . c d ] ---> [ e f g h ] ---> [ i j k l ] [ m n . . ]          spare: [ . . . . ]
//       |  block of four (of 32, in a channel that has room for so many)       ^
//       +--- when it is empty ------------------------------------------------+
//
// A channel with room for a million costs nothing until there is something in it, and no item moves
// once it lies there. When the last item leaves, both ends go back to the beginning of their block:
// a channel that is mostly empty never leaves its first one.
// Not thread-safe: its owner locks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace book::detail {

template <class T>
class Ring {
 public:
  /// `most`: no more items than that will ever be in it. At least one.
  explicit Ring(std::size_t most) noexcept : block_size_(std::min<std::size_t>(most, 32)) {}
  Ring(Ring&& other) noexcept
      : block_size_(other.block_size_),
        size_(std::exchange(other.size_, 0)),
        head_(std::exchange(other.head_, {})),
        tail_(std::exchange(other.tail_, {})),
        spare_(std::exchange(other.spare_, nullptr)) {}
  Ring& operator=(Ring&&) = delete;
  ~Ring() {
    while (!empty()) pop();
    if (head_.block) free(head_.block);
    if (spare_) free(spare_);
  }

  bool empty() const noexcept { return size_ == 0; }
  std::size_t size() const noexcept { return size_; }

  /// When a move or an allocation throws, nothing has changed but `item`.
  void push(T&& item) {
    if (!tail_.block || tail_.index == block_size_) add_block();
    std::construct_at(tail_.block->slots() + tail_.index, std::move(item));
    ++tail_.index;
    ++size_;
  }

  /// The oldest item; there is one.
  T& front() noexcept { return head_.block->slots()[head_.index]; }

  /// Destroys the oldest item.
  void pop() noexcept {
    std::destroy_at(head_.block->slots() + head_.index);
    if (--size_ == 0) {
      // The tail is ahead of the last item only when a push has thrown.
      if (head_.block != tail_.block) keep_or_free(std::exchange(head_.block, tail_.block));
      head_.index = tail_.index = 0;
    } else if (++head_.index == block_size_) {
      keep_or_free(std::exchange(head_.block, head_.block->next));
      head_.index = 0;
    }
  }

 private:
  struct Block {
    static constexpr std::size_t kAlign = std::max(alignof(Block*), alignof(T));
    // A pointer to the next block stands there. NOLINTNEXTLINE(bugprone-sizeof-expression)
    static constexpr std::size_t kHeader = (sizeof(Block*) + kAlign - 1) / kAlign * kAlign;

    T* slots() noexcept {
      return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(this) + kHeader);
    }
    Block* next = nullptr;
  };
  struct Place {
    Block* block = nullptr;
    std::size_t index = 0;
  };

  /// The tail's block is full, or there is none.
  void add_block() {
    Block* block = spare_ ? std::exchange(spare_, nullptr) : allocate();
    block->next = nullptr;
    if (tail_.block) {
      tail_.block->next = block;
    } else {
      head_.block = block;
    }
    tail_ = {block, 0};
  }
  Block* allocate() {
    const std::size_t bytes = Block::kHeader + block_size_ * sizeof(T);
    return new (::operator new(bytes, std::align_val_t(Block::kAlign))) Block;
  }
  void keep_or_free(Block* block) noexcept {
    if (spare_) {
      free(block);
    } else {
      spare_ = block;
    }
  }
  static void free(Block* block) noexcept {
    ::operator delete(block, std::align_val_t(Block::kAlign));
  }

  std::size_t block_size_;
  std::size_t size_ = 0;
  Place head_, tail_;
  Block* spare_ = nullptr;
};

}  // namespace book::detail
