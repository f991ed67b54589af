// Worker: a thread of the pool, with its ready tasks: a queue that others may steal from, and one
// of tasks that stay here.
//
//     wakes of shared tasks,
//     on this thread --> slot ------------------------------> at most so many turns in a row
//                          | what was there before
//                          v
//     yields ------------> +-- StealQueue, 256 --+ <--- thieves take half
//                          |                     |
//                          +---------------------+----------> 31 turns
//     the injector, every 61st turn and when this is empty ->
//
//     wakes of pinned tasks,      +-- ReadyQueue -------+
//     on this thread ------------>|                     |---> 1 turn
//     on others --> inbox ------->+---------------------+
//
// The slot has the task that was woken, or spawned, last. It is polled next, while what both tasks
// use is near, and its wake wakes no other worker for a moment's wait: two tasks that talk to each
// other stay on one thread. idle.h, "The watch", has the exception.
//
// A pinned task (block_on's, spawn_local's) has the worker itself as its scheduler, and lives as a
// task of chapter 04 does: polled and dropped on one thread. In a pool of one worker every task
// does.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "04_io_executor/scheduler.h"
#include "15_threads/idle.h"
#include "15_threads/steal_queue.h"
#include "common/random.h"
#include "common/thread_lock.h"
#include "common/trace.h"

namespace book {

class PoolCore;

/// What a worker has done so far.
struct WorkerStats {
  std::uint64_t polls = 0;
  std::uint64_t steals = 0;  ///< so many times it took tasks from another worker
  std::uint64_t parks = 0;   ///< so many times it went to sleep
};

class Worker final : public Scheduler, private Idle::Sleeper {
 public:
  Worker(PoolCore& pool, unsigned number);

  /// The worker that this thread is, or null.
  static Worker* current() noexcept { return current_; }
  unsigned number() const noexcept { return number_; }
  /// "worker 2": of the thread, in the trace, and where a task is named that does not return.
  const std::string& name() const noexcept { return name_; }

  // For tasks that are pinned here.
  void adopt(Task* task) override;
  void enqueue(Task* task) noexcept override;
  std::string describe() const override;
  /// Drops one task's future now, unless it is gone already. Inside a Running.
  void drop(Task* task) noexcept;

  /// While one of these lives, this thread is the worker. Throws std::logic_error when another
  /// thread is.
  class Running {
   public:
    explicit Running(Worker& worker);
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running();

   private:
    Worker& worker_;
    Worker* outer_;
    Scheduler::Scope scheduler_;
    Reactor::Scope reactor_;
    Random::Scope random_;
    trace::ThreadName name_;
  };

  /// Polls tasks until `goal` is completed; with no goal, until the pool has no task left. For the
  /// thread that called run() or block_on(). Throws Deadlock. Inside a Running.
  void run_until(const Task* goal);
  /// Polls tasks until the pool ends. Inside a Running.
  void run_until_the_end();
  /// Drops every pinned task's future, refuses wakes, and hands back what else it has. Inside a
  /// Running.
  void close() noexcept;

  /// Queues a shared task. On this worker's thread.
  void push(Task* task) noexcept;
  /// The same at the end of its poll: this worker goes on with the queue at once.
  void push_back(Task* task) noexcept;
  /// A thief's look from outside.
  StealQueue<Task, 256>& queue() noexcept { return queue_; }

  WorkerStats stats() const noexcept;
  /// Where the task that it polls was spawned; file is null between polls.
  Place polls_now() const noexcept {
    return {polled_file_.load(std::memory_order_relaxed),
            polled_line_.load(std::memory_order_relaxed)};
  }

 private:
  friend class PoolCore;
  static const WakerVTable kWakers;
  enum class Goal : unsigned char { task, no_tasks, the_end };

  bool reached() const noexcept;
  void loop();
  bool one_turn();
  void turn_pinned(Task* task);
  void finish_pinned(Task* task) noexcept;
  void enqueue_from_elsewhere(Task* task) noexcept;
  void push_to_queue(Task* task) noexcept;
  void wake_for_more() noexcept;
  Task* next_shared() noexcept;
  Task* take_slot() noexcept;
  Task* take_stuck_task(bool look_only) noexcept;
  Task* take_from_injector() noexcept;
  Task* find_work() noexcept;
  void found_work() noexcept {
    if (is_searching_) [[unlikely]]
      end_search();
  }
  void end_search() noexcept;
  void take_inbox() noexcept;
  void look_at_reactor();
  void hand_back() noexcept;
  static void count(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }
  void polling(Place place) noexcept {
    polled_file_.store(place.file, std::memory_order_relaxed);
    polled_line_.store(place.line, std::memory_order_relaxed);
  }
  void polls_nothing() noexcept { polled_file_.store(nullptr, std::memory_order_relaxed); }

  // Idle::Sleeper
  bool has_work() noexcept override;
  void all_asleep() override;
  bool sees_stuck_task() noexcept override;
  void drive(std::optional<Duration> limit) override;

  static constinit inline thread_local Worker* current_ = nullptr;

  PoolCore& pool_;  // alive until this is closed
  const unsigned number_;
  const std::string name_;
  const bool alone_;  // the only worker of its pool

  // Of its own thread alone.
  ReadyQueue ready_;
  Random random_;
  Goal goal_ = Goal::the_end;
  const Task* goal_task_ = nullptr;
  unsigned tick_ = 0;  // of shared turns
  unsigned slots_in_a_row_ = 0;
  unsigned since_pinned_ = 0;  // shared turns since a pinned one
  bool is_searching_ = false;
  Task* polled_ = nullptr;    // a shared task
  bool woke_itself_ = false;  // the one that is polled: it is queued when its poll ends
  bool is_leaving_ = false;   // what is queued now is for others
  bool is_firing_ = false;    // the reactor's wakes: one other worker is woken when all are queued

  StealQueue<Task, 256> queue_;
  /// Filled by its own thread; taken by it, or by a thief that finds it stuck.
  std::atomic<Task*> slot_{nullptr};
  /// What this worker saw in each one's slot at its last look, and how many polls that one had
  /// begun.
  struct Look {
    Task* task = nullptr;
    std::uint64_t polls = 0;
  };
  std::vector<Look> looks_;

  std::atomic<bool> is_run_{false};
  std::atomic<std::uint64_t> polls_{0}, steals_{0}, parks_{0};  // written by its own thread
  std::atomic<std::uint64_t> born_{0}, ended_{0};               // tasks; likewise
  std::atomic<const char*> polled_file_{nullptr};
  std::atomic<int> polled_line_{0};

  mutable ThreadLock tasks_lock_;
  TaskList tasks_;              // guarded by tasks_lock_
  bool refuses_tasks_ = false;  // guarded by tasks_lock_

  ThreadLock inbox_lock_;
  ReadyQueue inbox_;     // guarded by inbox_lock_
  bool closed_ = false;  // guarded by inbox_lock_
  std::atomic<bool> inbox_has_tasks_{false};
};

}  // namespace book
