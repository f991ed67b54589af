// Barrier: so many tasks wait for each other, and go on together, round after round.
//
//     Barrier start(3);
//     ...                                              // in each of three tasks:
//     const bool leader = co_await start.wait();       // true for one of them
//
// Chapter 12 explains it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "11_channels/wait_queue.h"
#include "12_sync/in_use.h"
#include "common/future.h"
#include "common/thread_lock.h"

namespace book {

class BarrierWait;

/// All may be called from any thread. It must outlive the tasks that wait: else one line on stderr,
/// and std::terminate.
class Barrier {
 public:
  /// For `tasks` of them. With 0 or 1 none waits, and each is the leader of its own round.
  explicit Barrier(std::size_t tasks) noexcept : size_(tasks) {}
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  ~Barrier();

  /// A future of: is it the leader of its round? That is the task that came last. One that is
  /// dropped while it waits has not come. It borrows the barrier.
  [[nodiscard]] BarrierWait wait(int line = __builtin_LINE());

 private:
  friend class BarrierWait;

  ThreadLock lock_;
  std::uint32_t round_ = 0;
  const std::size_t size_;
  std::size_t arrived_ = 0;  // in this round
  std::size_t let_go_ = 0;   // of earlier ones: they have not been polled since
  detail::Line line_;        // of the first of the latest of those
  WaitQueue queue_;
};

/// What barrier.wait() gives: true for the leader. It arrives at its first poll.
class [[nodiscard]] BarrierWait : PinnedOncePolled {
 public:
  using Output = bool;

  BarrierWait(BarrierWait&&) = default;
  BarrierWait& operator=(BarrierWait&&) = delete;
  ~BarrierWait();
  Poll<bool> poll(Context& cx);

 private:
  friend class Barrier;
  BarrierWait(Barrier& barrier, detail::Line line) noexcept : barrier_(&barrier), node_(line) {}

  std::uint32_t round_ = 0;  // in which it arrived
  Barrier* barrier_;
  detail::PlacedWaiter node_;
};

}  // namespace book
