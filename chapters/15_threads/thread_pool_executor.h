// ThreadPoolExecutor: chapter 04's executor on several threads. A task runs on one of them at a
// time, and may go on on another one after each wait.
//
//     ThreadPoolExecutor pool({.workers = 4});
//     pool.spawn(some_future);             // runs as soon as a worker has time
//     pool.block_on(main_future);          // this thread is worker 0 meanwhile
//
// Chapter 15 explains it.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "04_io_executor/outcome.h"
#include "10_spawning/spawn.h"
#include "15_threads/pool_core.h"
#include "common/future.h"
#include "common/send.h"

namespace book {

namespace detail {
/// A task of the pool may be polled, and dropped, on any of its threads.
template <class F>
JoinHandle<OutputOf<F>> spawn_send(PoolCore& core, F&& future, Place place) {
  static_assert(Send<std::remove_cvref_t<F>>,
                "this future is not Send, and tasks of a pool change threads: spawn_local keeps "
                "one where it is");
  static_assert(Send<OutputOf<F>>, "what this future gives is not Send, and leaves the thread");
  return SpawnFn::on(core, std::forward<F>(future), place);
}
}  // namespace detail

class ThreadPoolExecutor {
 public:
  /// Starts a thread for each worker but the first, which is the thread that calls run() or
  /// block_on(). Throws std::invalid_argument (see ThreadPoolOptions), and std::system_error when
  /// the system has no thread left.
  explicit ThreadPoolExecutor(ThreadPoolOptions options = {});
  ThreadPoolExecutor(const ThreadPoolExecutor&) = delete;
  ThreadPoolExecutor& operator=(const ThreadPoolExecutor&) = delete;
  /// Waits until each worker has ended its poll; names the task, once a second, when one does not.
  /// Then drops the futures that are still pending. Not inside one of its own tasks.
  ~ThreadPoolExecutor();

  /// Queues a future as a task of its own. From any thread.
  template <Future F>
  requires std::constructible_from<std::remove_cvref_t<F>, F> JoinHandle<OutputOf<F>> spawn(
      F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return detail::spawn_send(*core_, std::forward<F>(future), Place{file, line});
  }

  /// Is worker 0 until every task has ended. Throws Deadlock when that cannot happen any more, and
  /// std::logic_error when called inside a task.
  void run();

  /// Is worker 0 until `future` has ended; returns its output, or throws its exception. The future
  /// stays on this thread, and may refer to what this function's caller has. Other tasks stay, for
  /// the next run. An lvalue is borrowed, an rvalue owned.
  template <Future F>
  OutputOf<F> block_on(F&& future, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    detail::refuse_inside_a_task("block_on", "co_await the future");
    Outcome<OutputOf<F>> outcome;
    run_root(new FutureTask<IntoOutcome<F>>(Place{file, line}, std::forward<F>(future), outcome));
    return std::move(outcome).get();
  }

  /// Ends the pool: as the destructor does, but waits so long at most, and says how many workers
  /// still poll. (When none is in a poll any more, they are on their way out, and get a second
  /// more.) Their futures are dropped when those polls return. What is spawned later is dropped at
  /// once.
  std::size_t shutdown(Duration limit) { return core_->shutdown(limit); }

  /// Spawns from anywhere, and may outlive the pool. Copyable.
  class Handle {
   public:
    Handle(const Handle& other) noexcept : Handle(other.core_) {}
    Handle& operator=(const Handle& other) noexcept {
      Handle copy(other);
      std::swap(core_, copy.core_);
      return *this;
    }
    ~Handle() { core_->drop_handle(); }

    template <Future F>
    requires std::constructible_from<std::remove_cvref_t<F>, F> JoinHandle<OutputOf<F>> spawn(
        F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE())
    const { return detail::spawn_send(*core_, std::forward<F>(future), Place{file, line}); }

   private:
    friend class ThreadPoolExecutor;
    explicit Handle(Arc<PoolCore> core) noexcept : core_(std::move(core)) { core_->add_handle(); }
    Arc<PoolCore> core_;
  };
  Handle handle() noexcept { return Handle(core_); }

  Reactor& reactor() noexcept { return core_->reactor(); }
  std::size_t workers() const noexcept { return core_->worker_count(); }
  /// Tasks that have not ended. (One whose end was told a moment ago may still be counted.)
  std::size_t task_count() const noexcept { return core_->task_count(); }
  /// One entry a worker.
  std::vector<WorkerStats> stats() const;

 private:
  void run_root(Task* root);

  Arc<PoolCore> core_;
};

}  // namespace book
