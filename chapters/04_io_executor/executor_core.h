// The inside of the executor: what its tasks and their wakers see of it. Counted, so that a
// waker that outlives its executor still finds a (closed) inbox instead of freed memory.
//
//      wake, on the executor's thread  ---------------->  ready queue --+
//                                                             ^         |  poll
//      wake, on any other thread  --> inbox (mutex) ----------+         v
//                                       |                             task
//                                       +--> ends the reactor's wait, if it waits
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "04_io_executor/task.h"
#include "common/arc.h"
#include "common/reactor.h"

namespace book {

class ExecutorCore : public RefCounted<ExecutorCore> {
 public:
  ExecutorCore(TimeMode time, std::optional<std::uint64_t> seed);
  ~ExecutorCore() = default;

  /// The core whose tasks this thread is running, or null.
  static ExecutorCore* current() noexcept { return current_; }

  /// Takes the task over (its first handle) and queues it. On any other thread than the
  /// executor's: frees it and throws std::logic_error.
  void adopt(Task* task);
  /// Queues a task whose `scheduled` bit the caller has just set.
  void enqueue(Task* task) noexcept;
  /// True on the thread that is polling this task, while it does.
  static bool is_polling_here(const Task* task) noexcept {
    return current_ && current_->polling_ == task;
  }
  /// Polls tasks, and waits for the reactor, until `goal` is completed; with no goal, until there is
  /// no task left. Throws Deadlock when that can not happen any more.
  void run_until(const Task* goal);
  /// Drops every future, then refuses wakes. On the executor's thread.
  void close() noexcept;
  /// Drops one task's future now, unless it is gone already.
  void drop(Task* task) noexcept;

  Reactor& reactor() noexcept { return reactor_; }
  std::size_t task_count() const noexcept { return task_count_; }
  std::uint64_t polls() const noexcept { return polls_; }

 private:
  class Running;

  void turn(Task* task);
  void finish(Task* task) noexcept;
  void take_inbox() noexcept;
  void shuffle_ready();
  void park();
  // In silence.cpp: what is said when tasks wait and nothing can wake them.
  void examine_silence();
  void report_stranded() noexcept;
  std::string describe_pending() const;

  // An ordinary pointer with a constant initial value: reading it costs one instruction.
  static constinit inline thread_local ExecutorCore* current_ = nullptr;

  // Of the executor's thread alone.
  ReadyQueue ready_;
  Task* newest_ = nullptr;
  Task* polling_ = nullptr;
  std::size_t task_count_ = 0;
  std::uint64_t polls_ = 0;
  std::optional<std::mt19937_64> shuffle_;
  bool stranded_ = false;          // a task was left pending without a waker since the last report
  bool silence_reported_ = false;
  std::atomic<const void*> thread_;  // names the thread that may spawn; see this_thread()

  Reactor reactor_;

  // Shared with wakers on other threads.
  std::mutex inbox_mutex_;
  ReadyQueue inbox_;      // guarded by inbox_mutex_
  bool closed_ = false;   // guarded by inbox_mutex_
  std::atomic<bool> has_mail_{false};
  std::atomic<bool> sleeping_{false};

  friend class Task;
};

}  // namespace book
