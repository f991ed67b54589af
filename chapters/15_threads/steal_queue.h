// StealQueue: a worker's ready tasks. The worker puts in and takes out, first in, first out;
// another worker, a thief, takes half at once.
//
//        head                     tail
//          v                       v
//     [ ][ a ][ b ][ c ][ d ][ e ][ ][ ]      push: writes at the tail, moves the tail
//          <- a thief -->                     pop:  reads at the head, claims by moving the head
//          takes a, b, c                      steal: reads half, claims it by moving the head
//
// **Thread safety**
//   push, pop, shed_half and steal_from are for the owner's thread. Any thread may be the victim's
//   thief, several at once, and may ask for the size.
//
// **Invariants**
//   - Head and tail only grow (and wrap around); 0 <= tail - head <= capacity.
//   - Only the owner writes slots and the tail. A slot between head and tail is not written.
//   - A thread that moves the head by compare_exchange owns what lay between the old and the new.
//
// Why a thief copies first and claims afterwards: the claim succeeds only if the head is where it
// was when the copying began, so nothing of what was copied was taken, or written over, meanwhile.
// A claim that fails has moved nothing. Why push acquires the head: a thief that has claimed a slot
// has read it before, and so before it is written over. Why the tail is stored seq_cst: see idle.h,
// "The two looks". Chapter 15 explains it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace book {

template <class T, std::uint32_t kCapacity>
class StealQueue {
  static_assert(kCapacity >= 2 && (kCapacity & (kCapacity - 1)) == 0, "a power of two");

 public:
  /// False when it is full.
  bool push(T* item) noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) >= kCapacity) return false;
    slot(tail).store(item, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_seq_cst);
    return true;
  }

  /// The oldest, or null.
  T* pop() noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t head = head_.load(std::memory_order_acquire);
    while (head != tail) {
      T* const item = slot(head).load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return item;
      }
    }
    return nullptr;
  }

  /// Takes half of the victim's, rounded up, into this queue, which is empty; all but one, which is
  /// returned. Null when the victim has nothing.
  T* steal_from(StealQueue& victim) noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t head = victim.head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t all = victim.tail_.load(std::memory_order_seq_cst) - head;
      const std::uint32_t half = all - all / 2;
      if (half == 0) return nullptr;
      if (all > kCapacity) {  // the head was old when the tail was read
        head = victim.head_.load(std::memory_order_acquire);
        continue;
      }
      for (std::uint32_t i = 0; i < half; ++i) {
        slot(tail + i).store(victim.slot(head + i).load(std::memory_order_relaxed),
                             std::memory_order_relaxed);
      }
      if (!victim.head_.compare_exchange_weak(head, head + half, std::memory_order_acq_rel,
                                              std::memory_order_acquire)) {
        continue;
      }
      T* const last = slot(tail + half - 1).load(std::memory_order_relaxed);
      if (half > 1) tail_.store(tail + half - 1, std::memory_order_seq_cst);
      return last;
    }
  }

  /// Of a full queue: the newer half leaves it, oldest first, by calls of take(item).
  template <class Take>
  void shed_half(Take take) noexcept {
    // The queue is claimed as a whole, as a thief would; then the older half is put back.
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t head = head_.load(std::memory_order_acquire);
    std::array<T*, kCapacity> items;
    do {
      for (std::uint32_t i = head; i != tail; ++i) {
        items[i - head] = slot(i).load(std::memory_order_relaxed);
      }
    } while (!head_.compare_exchange_weak(head, tail, std::memory_order_acq_rel,
                                          std::memory_order_acquire));
    const std::uint32_t all = tail - head;
    const std::uint32_t kept = all / 2;
    for (std::uint32_t i = 0; i < kept; ++i) {
      slot(tail + i).store(items[i], std::memory_order_relaxed);
    }
    tail_.store(tail + kept, std::memory_order_seq_cst);
    for (std::uint32_t i = kept; i < all; ++i) take(items[i]);
  }

  /// From any thread; exact on the owner's as long as no thief comes.
  std::uint32_t size() const noexcept {
    const std::uint32_t head = head_.load(std::memory_order_acquire);
    return tail_.load(std::memory_order_seq_cst) - head;
  }
  bool empty() const noexcept { return size() == 0; }

 private:
  std::atomic<T*>& slot(std::uint32_t at) noexcept { return slots_[at % kCapacity]; }

  alignas(64) std::atomic<std::uint32_t> head_{0};
  alignas(64) std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<T*>, kCapacity> slots_{};
};

}  // namespace book
