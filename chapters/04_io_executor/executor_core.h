// The inside of the executor: what its tasks and their wakers see of it. Counted, so that a
// wake that is under way while its executor ends finds a (closed) inbox instead of freed memory.
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
#include <string>
#include <utility>
#include <vector>

#include "04_io_executor/task.h"
#include "common/arc.h"
#include "common/random.h"
#include "common/reactor/reactor.h"

namespace book {

class ExecutorCore : public RefCounted<ExecutorCore> {
 public:
  ExecutorCore(TimeMode time, std::optional<std::uint64_t> seed);
  ~ExecutorCore() = default;

  /// The core whose tasks this thread is running, or null.
  static ExecutorCore* current() noexcept { return current_; }

  /// While one of these lives, this thread is the executor's: core, reactor and random numbers are
  /// current here.
  /// Throws std::logic_error when another thread is running the tasks.
  class Running {
   public:
    explicit Running(ExecutorCore& core);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();

   private:
    ExecutorCore* previous_;
    ExecutorCore& core_;
    Reactor::Scope reactor_;
    Random::Scope random_;
  };

  /// Takes the task over (its first handle) and queues it. On any other thread than the
  /// executor's: frees it and throws std::logic_error.
  void adopt(Task* task);
  /// Queues a task whose `scheduled` bit the caller has just set.
  void enqueue(Task* task) noexcept;
  /// True on the thread that is polling this task, while it does.
  static bool is_polling_here(const Task* task) noexcept {
    return current_ && current_->polling_ == task;
  }
  /// Polls tasks, and waits for the reactor, until `goal` is completed; with no goal, until there
  /// is no task left. Throws Deadlock when that cannot happen any more. Inside a Running.
  void run_until(const Task* goal);
  /// Polls tasks until none is ready. Inside a Running.
  void run_ready();
  /// Drops one task's future now, unless it is gone already. Inside a Running.
  void drop(Task* task) noexcept;
  /// Drops every future, then refuses wakes.
  void close() noexcept;

  /// The task whose future this thread is polling, or dropping, just now; or null.
  const Task* polling() const noexcept { return polling_; }
  /// A line for each pending task, oldest first: where it was spawned, what it waits for, and how
  /// many hold its waker. On the executor's thread.
  std::string describe_pending() const;

  Reactor& reactor() noexcept { return reactor_; }
  std::size_t task_count() const noexcept { return task_count_; }
  std::uint64_t polls() const noexcept { return polls_; }
  std::uint64_t parks() const noexcept { return parks_; }

  /// A peer that always has something shall not keep the thread to itself: so many calls in one
  /// turn of a task, at all its descriptors, and the others have theirs.
  static constexpr unsigned kCallsInATurn = 128;
  /// Counts a call of the task whose turn it is. True when there were enough.
  bool count_call() noexcept { return ++calls_in_turn_ > kCallsInATurn; }

 private:
  void turn(Task* task);
  void finish(Task* task) noexcept;
  /// Of a completed task that has left the queue. The caller keeps the core alive.
  void release_queued(Task* task) noexcept {
    task->release();
    release();
  }
  /// What a task that has used up its turn may cost: the reactor is asked before the next one.
  int polls_left_after(int polls_left) const noexcept {
    return calls_in_turn_ > kCallsInATurn ? 0 : polls_left - 1;
  }
  bool nothing_ready() const noexcept { return ready_.empty() && shuffled_.empty(); }
  Task* next_ready();
  void take_inbox() noexcept;
  void poll_reactor();
  void park();
  // In silence.cpp: what is said when tasks wait and nothing can wake them.
  void diagnose_deadlock();
  void note_stranded(Task* task);
  void report_stranded();

  // An ordinary pointer with a constant initial value: reading it costs one instruction.
  static constinit inline thread_local ExecutorCore* current_ = nullptr;

  // Of the executor's thread alone.
  ReadyQueue ready_;
  Task* newest_ = nullptr;
  Task* polling_ = nullptr;
  std::size_t task_count_ = 0;
  std::uint64_t polls_ = 0;
  std::uint64_t parks_ = 0;
  unsigned calls_in_turn_ = 0;
  Random rng_;                   // of everything on this thread that chooses at random
  bool shuffles_;                // with a seed: the next ready task is drawn at random,
  std::vector<Task*> shuffled_;  // from here
  std::vector<Task*> stranded_;  // left pending without a waker, not reported yet; a handle each
  bool silence_reported_ = false;
  bool ending_ = false;  // close() has begun: what is spawned now never runs

  std::atomic<const void*> thread_;  // names the thread that may spawn; see this_thread()
  std::atomic<bool> running_{false};

  Reactor reactor_;

  // Shared with wakers on other threads.
  std::mutex inbox_mutex_;
  ReadyQueue inbox_;     // guarded by inbox_mutex_
  bool closed_ = false;  // guarded by inbox_mutex_
  std::atomic<bool> inbox_has_tasks_{false};
  std::atomic<bool> sleeping_{false};

  friend class Task;
};

/// What a descriptor, or a buffer in front of one, knows of the turn in which it was used last.
class TurnMark {
 public:
  /// Counts a call. True when the task whose turn it is has had enough of them, at all its
  /// descriptors. Then each still has one in a turn: a busy one must not leave none for the others.
  bool is_over() noexcept {
    ExecutorCore* const core = ExecutorCore::current();
    if (!core || !core->count_call()) [[likely]]
      return false;
    const auto now = static_cast<std::uint16_t>(core->polls());
    return std::exchange(turn_, now) == now;
  }

 private:
  std::uint16_t turn_ = 0;
};

namespace detail {
/// The core that runs the calling task. Throws std::logic_error, naming `what`, outside of one.
ExecutorCore& current_core(const char* what);
}  // namespace detail

}  // namespace book
