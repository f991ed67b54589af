// The inside of the executor: the scheduler of one thread.
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
#include <vector>

#include "04_io_executor/scheduler.h"
#include "04_io_executor/task.h"
#include "common/random.h"
#include "common/reactor/reactor.h"

namespace book {

class ExecutorCore final : public Scheduler {
 public:
  ExecutorCore(TimeMode time, std::optional<std::uint64_t> seed);

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
    ExecutorCore& core_;
    Scheduler::Scope scheduler_;
    Reactor::Scope reactor_;
    Random::Scope random_;
  };

  /// On the executor's own thread; throws on any other.
  void adopt(Task* task) override;
  void enqueue(Task* task) noexcept override;
  std::string describe() const override;

  /// Polls tasks, and waits for the reactor, until `goal` is completed; with no goal, until there
  /// is no task left. Throws Deadlock when that cannot happen any more. Inside a Running.
  void run_until(const Task* goal);
  /// Polls tasks until none is ready. Inside a Running.
  void run_ready();
  /// Drops one task's future now, unless it is gone already. Inside a Running.
  void drop(Task* task) noexcept;
  /// Drops every future, then refuses wakes.
  void close() noexcept;

  Reactor& reactor() noexcept { return reactor_; }
  std::size_t task_count() const noexcept { return task_count_; }
  std::uint64_t polls() const noexcept { return polls_; }
  std::uint64_t parks() const noexcept { return parks_; }

 private:
  void enqueue_from_elsewhere(Task* task) noexcept;
  void turn(Task* task);
  void finish(Task* task) noexcept;
  bool nothing_ready() const noexcept { return ready_.empty() && shuffled_.empty(); }
  Task* next_ready();
  void take_inbox() noexcept;
  void poll_reactor();
  void park();
  // In silence.cpp: what is said when tasks wait and nothing can wake them.
  std::string describe_pending() const;
  void diagnose_deadlock();
  void note_stranded(Task* task);
  void report_stranded();

  // Of the executor's thread alone.
  ReadyQueue ready_;
  TaskList tasks_;
  std::size_t task_count_ = 0;
  std::uint64_t polls_ = 0;
  std::uint64_t parks_ = 0;
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
};

}  // namespace book
