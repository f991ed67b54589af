// IoTable: one entry for every descriptor that a reactor watches. An entry's place is never given
// back while the table lives, so an event may name it by number long after its owner has gone: the
// generation tells that, and it shares one atomic word with the bits it guards.
//
//     state   | generation (32) | shared w r | urgent | in use | stream | closed w r | ready w r |
//
// **Thread safety**
//   The reactor's thread delivers. One task a direction waits and forgets, on any thread.
//   Registering (acquire) and leaving (release) may happen on any thread: under mutex().
//
// **Invariants**
//   - An entry's place is never freed before the table; an event whose generation is not the
//   entry's
//     is stale.
//   - waiting() is how many wakers wait in all entries: only wait, forget, release and the waking
//     functions put one in or take one out, and they count.
//
// Private to reactor.cpp and io_source.cpp. Chapter 04 explains it.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "common/atomic_waker.h"
#include "common/reactor/poller.h"
#include "common/reactor/wake_round.h"
#include "common/solo_atomic.h"

namespace book::detail {

struct alignas(64) IoEntry {
  // Below them Poller's bits, in the same places. An event sets those, its source clears the ready
  // bits again before each call; the closed ones and kUrgent stay until the entry is released.

  /// A hang-up is the end, and stays. Set by acquire, of a stream; cleared by release.
  static constexpr std::uint64_t kStream = 16;
  /// Set by acquire, cleared by release: the entry belongs to a source.
  static constexpr std::uint64_t kInUse = 32;
  /// A read may stop before all has been read. Never set without kStream.
  static constexpr std::uint64_t kUrgent = Poller::kUrgent;

  /// The waiter was stored more than once: perhaps by two futures of one task. Set and cleared by
  /// the task that waits there; never set while none waits.
  static constexpr std::uint64_t shared_bit(unsigned direction) noexcept {
    return std::uint64_t{128} << direction;
  }

  /// What makes a direction worth a try: its ready bit, or its closed bit.
  static constexpr std::uint64_t any_of(unsigned direction) noexcept {
    return std::uint64_t{Poller::kReadable | Poller::kReadClosed} << direction;
  }
  static constexpr std::uint64_t ready_bit(unsigned direction) noexcept {
    return std::uint64_t{Poller::kReadable} << direction;
  }

  SoloAtomic<std::uint64_t> state{0};
  AtomicWaker waiter[2];  ///< by direction: read, write
  std::uint32_t index = 0;
  /// The descriptor; while the entry is free, the next free one.
  std::atomic<std::int32_t> fd{-1};

  std::uint64_t token() const noexcept {
    return (state.load(std::memory_order_relaxed) & ~std::uint64_t{0xffffffff}) | index;
  }
};

class IoTable {
 public:
  IoTable() = default;
  IoTable(const IoTable&) = delete;
  IoTable& operator=(const IoTable&) = delete;
  ~IoTable();

  /// Registrations, one at a time: held by the thread that calls acquire().
  std::mutex& mutex() noexcept { return mutex_; }
  /// A free entry for `fd`, with these bits. Under mutex().
  IoEntry& acquire(int fd, std::uint64_t bits);
  /// Another living entry of the same descriptor, or nullptr. Under mutex().
  IoEntry* twin_of(const IoEntry& entry) noexcept;
  /// Takes the mutex. From now on events for the entry are stale.
  void release(IoEntry& entry) noexcept;

  enum class Wait : unsigned char {
    refused,  ///< another task's waker is there
    first,    ///< the only future that has stored its waker there
    again,    ///< stored before, by this future or by another one of the same task
  };
  /// Keeps a copy of `waker` for a direction of an entry. Look at the state again after it!
  Wait wait(IoEntry& entry, unsigned direction, const Waker& waker) {
    const auto [accepted, gained] = entry.waiter[direction].store_unless_taken(waker);
    if (gained != 0) waiting_.fetch_add(gained, std::memory_order_relaxed);
    if (!accepted) return Wait::refused;
    return gained == 0 ? Wait::again : Wait::first;
  }
  /// Drops this task's waker. True when it was there.
  bool forget(IoEntry& entry, unsigned direction, const Waker& waker) noexcept {
    if (!entry.waiter[direction].forget(waker)) return false;
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }
  /// How many wakers wait in the entries.
  std::size_t waiting() const noexcept {
    // A thread that takes a waker out may count before the thread that has put it in.
    const std::ptrdiff_t waiting = waiting_.load(std::memory_order_relaxed);
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(waiting, 0));
  }

  /// Sets the bits of an event and wakes the tasks that wait for them. False when the event was
  /// stale.
  bool deliver(const Poller::Event& event, WakeRound& round) noexcept;
  /// Wakes all: no more events will be delivered.
  void wake_all(WakeRound& round) noexcept;

 private:
  // Chunk c holds 64 << c entries: an entry never moves, and finding one takes no lock.
  static constexpr std::size_t kFirstChunk = 64;
  static constexpr std::size_t kChunks = 26;

  IoEntry& at(std::uint32_t index) noexcept;
  /// Wakes the tasks that wait for `bits`, which were not there `before`.
  void wake(IoEntry& entry, std::uint64_t before, std::uint64_t bits, WakeRound& round) noexcept;
  void grow();

  std::array<std::atomic<IoEntry*>, kChunks> chunks_{};
  SoloAtomic<std::ptrdiff_t> waiting_{0};
  std::mutex mutex_;
  std::uint32_t created_ = 0;
  std::int32_t free_ = -1;
};

}  // namespace book::detail
