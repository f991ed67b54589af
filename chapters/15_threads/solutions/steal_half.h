// Exercise 1, solved: a worker's queue of four, from which another worker takes half.
//
//        head           tail
//          v             v
//     [ ][ a ][ b ][ c ]          number i lies in items_[i % 4]; head and tail only grow
//          <------>
//           stolen                two of three: half, rounded up
//
// A thief copies first, and claims what it has copied by moving the head: when the head is still
// where it was, nothing of that was taken or written over meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace book::exercise {

template <class T>
class HalfQueue {
 public:
  static constexpr std::uint32_t kCapacity = 4;
  using Loot = std::array<T*, kCapacity / 2>;

  /// False: it is full.
  bool push(T* item) {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);  // only this thread moves it
    if (tail - head_.load(std::memory_order_acquire) == kCapacity) return false;
    items_[tail % kCapacity].store(item, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// The oldest, or nullptr.
  T* pop() {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t head = head_.load(std::memory_order_acquire);
    while (head != tail) {
      T* const item = items_[head % kCapacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, head + 1, std::memory_order_acq_rel)) return item;
    }
    return nullptr;
  }

  std::size_t steal_half(Loot& loot) {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t all = tail_.load(std::memory_order_acquire) - head;
      const std::uint32_t half = all - all / 2;
      if (half == 0) return 0;
      if (all > kCapacity) {  // the head has moved since it was read
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      for (std::uint32_t i = 0; i < half; ++i) {
        loot[i] = items_[(head + i) % kCapacity].load(std::memory_order_relaxed);
      }
      if (head_.compare_exchange_strong(head, head + half, std::memory_order_acq_rel)) return half;
    }
  }

 private:
  std::atomic<std::uint32_t> head_{0};
  std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<T*>, kCapacity> items_{};
};

}  // namespace book::exercise
