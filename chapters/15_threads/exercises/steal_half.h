// Exercise 1: a worker's queue of four, from which another worker takes half.
//
//        head           tail
//          v             v
//     [ ][ a ][ b ][ c ]          number i lies in items_[i % 4]; head and tail only grow
//          <------>
//           stolen                two of three: half, rounded up
//
//   - push and pop are for the worker that owns the queue: first in, first out. A full queue
//     refuses, an empty one gives nullptr.
//   - steal_half is for thieves, on other threads, several at once, while the owner goes on: half
//     of what is there, rounded up, the oldest. It puts them into `loot` and says how many.
//   - Each item is taken once, by the owner or by a thief; none is lost. Who takes an item sees all
//     that its owner wrote into it before the push.
//   - The room in `loot` is for half of a full queue. Nothing is written behind it.
//
// The test runs your file under every order in which the steps of its threads can come. Chapter
// 12's README shows how to read what it prints.
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
    // TODO: write the slot, and then move the tail, so that a thief that sees the new tail sees the
    // slot.
    (void)item;
    return false;
  }

  /// The oldest, or nullptr.
  T* pop() {
    // TODO: a thief may move the head at the same time.
    return nullptr;
  }

  std::size_t steal_half(Loot& loot) {
    // TODO: half of what is there, without a moment in which an item is nobody's or two threads'.
    (void)loot;
    return 0;
  }

 private:
  std::atomic<std::uint32_t> head_{0};
  std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<T*>, kCapacity> items_{};
};

}  // namespace book::exercise
