// The inside of the blocking pool: a queue of jobs, and threads that come when they are needed.
//
//     spawn_blocking                                        +--> a thread: one job after the other
//          |            +---------------------------+       |
//          +----------> | job | job | job | job |   | ------+--> a thread
//           first in    +---------------------------+       |
//                         first out                         +--> a thread that sleeps, or starts
//
// A job is a task (chapter 04) whose future ends in its only poll. So a Scheduler is all that this
// has to be, and the JoinHandle is chapter 10's.
//
// **Thread safety**: any thread adopts and shuts down; all that is shared is guarded by mutex_.
//
// **Invariant**: while a job waits in the queue, a thread is coming for it, or none can: all are
// busy, and there are max_threads of them, or the system has no more to give. A thread is coming
// from the moment it was told, or started, until it has the mutex. One at a time: it takes a job,
// and when it leaves others behind, it calls the next. That is one decision, made under one lock,
// by the thread that has just changed the queue; so "somebody sleeps" and "somebody was told"
// cannot come apart. A busy thread takes the next job before it sleeps; so the thread that comes
// may find nothing, and sleeps.
//
// Counted, as chapter 04's core is: by its pool and by its threads, one of which may be left behind
// in a job that does not end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "04_io_executor/scheduler.h"
#include "common/clock.h"
#include "common/reactor/reactor.h"

namespace book {

struct BlockingPoolOptions {
  /// So many at most. They are started when there is something to do.
  unsigned max_threads = 512;
  /// A thread that has had nothing to do for so long ends. Duration::max(): it stays.
  Duration keep_alive = std::chrono::seconds(10);
  /// Of the threads, as a debugger or `top -H` shows it: "blocking 1", "blocking 2"...
  std::string name = "blocking";
};

class BlockingCore final : public Scheduler {
 public:
  /// Throws std::invalid_argument when no thread is allowed.
  explicit BlockingCore(BlockingPoolOptions options);

  /// Queues a job, and sees to it that a thread comes. Throws std::system_error when there is no
  /// thread, and none can be started; std::bad_alloc. After the end, the job is dropped at once.
  void adopt(Task* job) override;
  /// Not called: a job is `scheduled`, or `running`, until it has ended. See run().
  void enqueue(Task*) noexcept override {}
  std::string describe() const override;

  /// Drops the jobs that have not begun, and waits for the others, for so long at most (without a
  /// limit, and says once a second what it waits for). Says how many still run. Not inside a job.
  std::size_t shutdown(std::optional<Duration> limit);

  /// Is this one of its threads?
  bool is_mine() const noexcept { return here_.core == this; }
  /// The pool that spawn_blocking(f) means on this thread, or null.
  static BlockingCore* current() noexcept { return current_; }
  static BlockingCore* make_current(BlockingCore* core) noexcept {
    return std::exchange(current_, core);
  }

  struct Stats {
    std::size_t threads = 0;
    std::size_t idle = 0;       ///< of them, those that sleep
    std::size_t queued = 0;     ///< jobs that have not begun
    std::uint64_t started = 0;  ///< threads, from the beginning
  };
  Stats stats() const;

  /// A place for a thread.
  struct Seat {
    std::thread thread;
    std::uint64_t number = 0;
    Place job{nullptr, 0};  // the one that it runs; file is null between jobs
    Instant since{};        // when that began
  };
  using Seats = std::list<Seat>;
  /// What a thread of the pool does.
  void work(Seats::iterator seat) noexcept;
  /// Instead of starting one. For the explorer, whose threads are none.
  using Start = std::function<std::thread(Seats::iterator)>;
  void start_by(Start start) { start_ = std::move(start); }

 private:
  struct Job {
    Task* task;
    // Until the joiner has been told: virtual time stands, and silence is no deadlock.
    std::optional<Reactor::OutsideWork> outside;
  };
  using Lock = std::unique_lock<std::mutex>;

  bool push(Task* job);
  bool call_a_thread();
  void start_a_thread();
  bool sleep(Lock& lock);
  void run(Job job) noexcept;
  void drop(Job job) noexcept;
  std::string running_jobs() const;

  struct Here {
    BlockingCore* core;                   // whose thread this is
    const Reactor::OutsideWork* outside;  // of the job that it runs
  };
  static constinit inline thread_local Here here_{nullptr, nullptr};
  static constinit inline thread_local BlockingCore* current_ = nullptr;

  const BlockingPoolOptions options_;
  Start start_;

  mutable std::mutex mutex_;
  std::condition_variable told_one_;  // a sleeper: told_, or ended_
  std::condition_variable left_;      // the thread that ends the pool: a seat is empty
  // All of it guarded by mutex_.
  std::deque<Job> queue_;
  Seats seats_;             // of the threads that have not left
  std::size_t idle_ = 0;    // threads that sleep and were not told
  bool told_ = false;       // one of those that sleep is to get up
  bool is_coming_ = false;  // a thread was told, or started, and has not had the mutex since
  bool ended_ = false;
  bool shut_down_ = false;  // the end has been waited for
  std::uint64_t started_ = 0;
  std::thread last_to_leave_;  // each that leaves joins the one before it
};

}  // namespace book
