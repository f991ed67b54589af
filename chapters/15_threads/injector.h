// Injector: the ready tasks that belong to no worker: woken by threads that are no workers, shed by
// a worker whose own queue is full, or handed back by one that leaves.
//
// Thread safety: any thread. Invariant: after close() it is empty and stays so.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>

#include "04_io_executor/task.h"
#include "common/thread_lock.h"

namespace book {

class Injector {
 public:
  /// False when it is closed: the task is the caller's then.
  bool push(Task* task) noexcept {
    ReadyQueue one;
    one.push(task);
    return push_all(one, 1);
  }
  bool push_all(ReadyQueue& tasks, std::size_t count) noexcept {
    const std::lock_guard lock(lock_);
    if (closed_) return false;
    queue_.append(tasks);
    size_.store(size_.load(std::memory_order_relaxed) + count, std::memory_order_seq_cst);
    return true;
  }

  /// Moves up to `most` tasks, the oldest, to the end of `to`; says how many.
  std::size_t take(ReadyQueue& to, std::size_t most) noexcept {
    if (empty()) return 0;
    const std::lock_guard lock(lock_);
    const std::size_t size = size_.load(std::memory_order_relaxed);
    const std::size_t count = std::min(most, size);
    for (std::size_t i = 0; i < count; ++i) to.push(queue_.pop());
    size_.store(size - count, std::memory_order_seq_cst);
    return count;
  }

  /// What is in it, for the last time.
  ReadyQueue close() noexcept {
    const std::lock_guard lock(lock_);
    closed_ = true;
    size_.store(0, std::memory_order_seq_cst);
    return std::exchange(queue_, ReadyQueue());
  }

  std::size_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }
  bool empty() const noexcept { return size() == 0; }

 private:
  ThreadLock lock_;
  ReadyQueue queue_;                  // guarded by lock_
  bool closed_ = false;               // guarded by lock_
  std::atomic<std::size_t> size_{0};  // written under lock_
};

}  // namespace book
