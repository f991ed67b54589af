// ThreadLock: a mutex for critical sections of a few lines, where channels (chapter 11) and async
// locks (chapter 12) keep their queues. Used as a std::mutex is: std::lock_guard, std::unique_lock.
//
//     kFree ---- lock() ----> kTaken ---- another thread gives up spinning ----> kTakenAndSlept
//       ^                        |                                                     |
//       +------- unlock() -------+------------------- unlock(), wakes one thread ------+
//
// Thread safety: any thread may call lock() and try_lock(); unlock() is for the thread that locked.
// Invariants: who reads kFree by its own exchange or compare_exchange has the lock, and saw all
// that was written under it before (acquire, release). A thread sleeps only on kTakenAndSlept, and
// the unlock that clears it wakes one; that one writes it again, for there may be more.
//
// Why not std::mutex: as long as the process has one thread this word costs two plain steps
// (solo_atomic.h), and std::mutex two locked ones: tests/bench/thread_lock_bench.cpp. After that
// the two are about the same. Why not a lock that only spins: the thread that has it may have been
// taken off its CPU, and the others would burn theirs until it comes back.
#pragma once

#include <atomic>
#include <cstdint>

#include "common/solo_atomic.h"

namespace book {

class ThreadLock {
 public:
  ThreadLock() = default;
  ThreadLock(const ThreadLock&) = delete;
  ThreadLock& operator=(const ThreadLock&) = delete;

  void lock() noexcept {
    if (!try_lock()) lock_slowly();
  }

  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t seen = kFree;
    return word_.compare_exchange_strong(seen, kTaken, std::memory_order_acquire,
                                         std::memory_order_relaxed);
  }

  /// The lock may be destroyed by the next one that gets it: nothing of it is read from then on.
  void unlock() noexcept {
    if (word_.exchange(kFree, std::memory_order_release) == kTakenAndSlept) wake_one(&word_);
  }

 private:
  static constexpr std::uint32_t kFree = 0, kTaken = 1, kTakenAndSlept = 2;

  using Word = SoloAtomic<std::uint32_t>;

  void lock_slowly() noexcept;
  /// `word` is only an address: the lock itself may be gone.
  static void wake_one(const Word* word) noexcept;

  Word word_{kFree};
};

}  // namespace book
