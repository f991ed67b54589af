// IoTable: one entry for every descriptor that a reactor watches. An entry's place is never given
// back while the table lives, so an event may name it by number long after its owner has gone: the
// generation tells that, and it shares one atomic word with the bits it guards.
//
//     state   | generation (32) | shared w r | urgent | in use | stream | closed w r | ready w r |
//
// Private to reactor.cpp and io_source.cpp. Chapter 04 explains it.
#pragma once

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
  static constexpr std::uint64_t kStream = 16;  ///< a hang-up is the end, and stays
  static constexpr std::uint64_t kInUse = 32;
  static constexpr std::uint64_t kUrgent = 64;  ///< a read may stop before all has been read

  /// The waiter was stored more than once: perhaps by two futures of one task.
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

  /// Registrations, one at a time: taken by whoever calls acquire().
  std::mutex& mutex() noexcept { return mutex_; }
  /// A free entry for `fd`, with these bits. Under mutex().
  IoEntry& acquire(int fd, std::uint64_t bits);
  /// Another living entry of the same descriptor, or nullptr. Under mutex().
  IoEntry* twin_of(const IoEntry& entry) noexcept;
  /// Takes the mutex. From now on events for the entry are stale.
  void release(IoEntry& entry) noexcept;

  /// Sets the bits of an event and wakes who waits for them. False when the event was stale.
  bool deliver(const Poller::Event& event, WakeRound& round) noexcept;
  /// Wakes everyone: nobody will deliver any more.
  void wake_all(WakeRound& round) noexcept;

  /// How many wakers wait in the entries. Those who store and take them count.
  SoloAtomic<std::ptrdiff_t> waiting{0};

 private:
  // Chunk c holds 64 << c entries: an entry never moves, and finding one takes no lock.
  static constexpr std::size_t kFirstChunk = 64;
  static constexpr std::size_t kChunks = 26;

  IoEntry& at(std::uint32_t index) noexcept;
  /// For those who wait for `bits`, which were not there `before`.
  void wake(IoEntry& entry, std::uint64_t before, std::uint64_t bits, WakeRound& round) noexcept;
  void grow();

  std::array<std::atomic<IoEntry*>, kChunks> chunks_{};
  std::mutex mutex_;
  std::uint32_t created_ = 0;
  std::int32_t free_ = -1;
};

}  // namespace book::detail
