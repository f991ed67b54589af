// The inside of the thread pool: what its workers, tasks and wakers share. Counted, as chapter 04's
// core is: by its executor, by handles, by threads, and by tasks that are queued when it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "04_io_executor/scheduler.h"
#include "15_threads/idle.h"
#include "15_threads/injector.h"
#include "15_threads/worker.h"
#include "common/arc.h"
#include "common/reactor/reactor.h"

namespace book {

struct ThreadPoolOptions {
  /// 0: as many as the machine has processors. The thread that calls run() or block_on() is one.
  unsigned workers = 0;
  /// Virtual time, and a seed, are for one worker: std::invalid_argument with more.
  TimeMode time = TimeMode::real;
  std::optional<std::uint64_t> seed{};
  /// Of the threads: "worker 1", "worker 2"...
  std::string name = "worker";
  /// Called on each thread that the pool starts, before its first task.
  std::function<void()> on_thread_start{};
  /// How often a worker that sleeps looks after those that are busy. So long at most the reactor's
  /// news is unread while the worker that waited for it polls a task, and twice as long at most a
  /// task stays in the slot of a worker whose poll does not return.
  Duration hand_over_after = std::chrono::milliseconds(10);
};

/// The state word of a shared task: as task.h has it, with one thing more. A task that lies in a
/// worker's queue because a worker has put it there (it was spawned, or has woken itself in its own
/// poll) is `running` there, too: no thread but that worker could have queued it, so no step on the
/// word was needed, and none is when it is taken out. A wake that comes meanwhile leaves
/// `scheduled`, as during a poll, and is cleared before the poll that follows. Whatever leaves the
/// workers' hands, when they end, is `scheduled` and no more: hand_over().
class PoolCore final : public Scheduler {
 public:
  explicit PoolCore(ThreadPoolOptions options);
  ~PoolCore() override = default;
  /// Starts the threads of all workers but the first. Throws std::system_error when the system has
  /// no thread to give; none is left running then.
  void start();
  /// What such a thread does.
  void run_thread(unsigned number);

  // For shared tasks.
  void adopt(Task* task) override;
  void enqueue(Task* task) noexcept override;
  bool changes_threads() const noexcept override { return true; }
  std::string describe() const override;
  /// One turn of a task that the worker has taken from a queue.
  void turn(Task* task, Worker& worker);
  using Scheduler::used_up_its_turn;

  /// Ends all workers. Waits until each has ended its poll, for so long at most, and a second more
  /// when none is in a poll: they are on their way out then. (Without a limit it waits, and says
  /// once a second for what.) Says how many have not left. Not inside a task.
  std::size_t shutdown(std::optional<Duration> limit);
  bool is_ending() const noexcept { return ending_.load(); }

  Worker& worker(std::size_t number) noexcept { return *workers_[number]; }
  unsigned worker_count() const noexcept { return worker_count_; }
  const std::string& name() const noexcept { return options_.name; }
  std::uint64_t seed() const noexcept { return options_.seed.value_or(0); }
  std::size_t task_count() const noexcept;
  Reactor& reactor() noexcept { return reactor_; }
  Idle& idle() noexcept { return idle_; }
  Injector& injector() noexcept { return injector_; }
  /// Is there anything in a queue that all may take from?
  bool has_shared_work() const noexcept;

  void count_task() noexcept;
  void forget_task() noexcept;
  /// Worker 0 waits for the last task's end. The worker that ends it finds nothing to do then, and
  /// tells it.
  void run_waits(bool waits) noexcept { run_waits_.store(waits); }
  bool run_is_over() const noexcept { return run_waits_.load() && task_count() == 0; }

  // Who may spawn from outside: while there is one, silence may end.
  void add_handle() noexcept { handles_.fetch_add(1, std::memory_order_relaxed); }
  void drop_handle() noexcept { handles_.fetch_sub(1, std::memory_order_relaxed); }

  // In pool_silence.cpp.
  /// Takes over one handle of a task that a poll has left pending without a waker.
  void note_stranded(Task* task) noexcept;
  void report_stranded();
  void judge_silence();
  /// Throws Deadlock if the judgement was that nothing can happen any more.
  void throw_deadlock();
  bool is_deadlocked() const noexcept { return deadlocked_.load(); }
  std::string describe_pending() const;

 private:
  struct alignas(64) Tasks {
    mutable ThreadLock lock;
    TaskList list;               // guarded by lock
    bool refuses_tasks = false;  // guarded by lock
  };
  Tasks& tasks_of(const Task* task) noexcept;
  Worker* worker_here() const noexcept;
  static void hand_over(Task* task) noexcept;
  void finish(Task* task) noexcept;
  void drop_unborn(Task* task) noexcept;
  /// A worker goes; the last one drops all that is left.
  void leave() noexcept;
  void drop_all() noexcept;
  void say_stuck(const char* what) const;
  std::string stuck_tasks() const;

  template <class Visit>
  void each_task(Visit visit) const;

  const unsigned worker_count_;
  ThreadPoolOptions options_;
  Reactor reactor_;
  Idle idle_;
  Injector injector_;
  std::vector<Arc<Worker>> workers_;
  const std::size_t lists_;  // of tasks: a power of two, more than workers, so that two seldom meet
  std::unique_ptr<Tasks[]> tasks_;
  // What threads outside have spawned, and dropped. The workers count for themselves.
  std::atomic<std::uint64_t> born_outside_{0}, ended_outside_{0};
  std::atomic<bool> run_waits_{false};
  std::atomic<bool> ending_{false};
  std::atomic<unsigned> handles_{0};

  mutable std::mutex end_mutex_;
  std::condition_variable left_;
  unsigned still_there_;              // workers that have not left; guarded by end_mutex_
  bool all_dropped_ = false;          // guarded by end_mutex_
  bool shut_down_ = false;            // guarded by end_mutex_
  std::vector<std::thread> threads_;  // of the thread that starts and ends the pool

  std::mutex stranded_mutex_;
  std::vector<Task*> stranded_;  // guarded by stranded_mutex_; a handle each
  std::atomic<bool> any_stranded_{false};
  bool silence_reported_ = false;  // of the worker that judges
  std::string deadlock_;           // written before deadlocked_
  std::atomic<bool> deadlocked_{false};

  friend class Worker;
};

}  // namespace book
