// The executor that the rest of the book runs on: one thread, a queue of ready tasks, and a
// reactor to wait in when the queue is empty.
//
//     Executor executor;
//     executor.spawn(some_future);     // queued; nothing runs yet
//     executor.run();                  // until every task has ended
//
// It replaces chapter 03's: no lock and no allocation for a wake, one queue entry however often a
// task is woken, and no thread asleep while a descriptor or a timer is what everybody waits for.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "04_io_executor/deadlock.h"
#include "04_io_executor/executor_core.h"
#include "04_io_executor/outcome.h"
#include "common/future.h"

namespace book {

struct ExecutorOptions {
  TimeMode time = TimeMode::real;
  /// With a seed, ready tasks run in a shuffled order, the same for the same seed.
  std::optional<std::uint64_t> seed{};
};

class Executor {
 public:
  explicit Executor(ExecutorOptions options = {});
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  /// Drops the futures that are still pending, on this thread. Wakes that come later do nothing.
  /// Not inside one of its own tasks.
  ~Executor();

  /// Queues a future as a task of its own, which owns it: an lvalue is copied, if it can be. An
  /// exception that ends it is reported on stderr with the place of this call. For the executor's
  /// own thread only.
  template <Future F>
  requires std::constructible_from<std::remove_cvref_t<F>, F>
  void spawn(F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    using Kept = std::remove_cvref_t<F>;
    core_->adopt(new FutureTask<Kept>(Place{file, line}, std::forward<F>(future)));
  }

  /// Runs until every task has ended. Throws Deadlock when that cannot happen any more, and
  /// std::logic_error when called inside a task.
  void run();

  /// Runs what can run now: ready tasks, and those whose descriptor or timer is due, until nothing
  /// is ready. Never waits. (A task that always wakes itself keeps it going.) For a loop that is
  /// not this one: a game's, a window's. Throws std::logic_error when called inside a task.
  void run_ready();

  /// Runs until `future` has ended and returns its output, or throws its exception. Other tasks
  /// stay where they are, for the next run. An lvalue is borrowed, an rvalue owned.
  template <Future F>
  OutputOf<F> block_on(F&& future, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    detail::refuse_inside_a_task("block_on", "co_await the future");
    Outcome<OutputOf<F>> outcome;
    {
      ExecutorCore::Running running(*core_);
      Root root(*core_, new FutureTask<IntoOutcome<F>>(Place{file, line}, std::forward<F>(future),
                                                       outcome));
      root.run();
    }
    return std::move(outcome).get();
  }

  /// The executor's reactor: for timers and descriptors, and for OutsideWork.
  Reactor& reactor() noexcept { return core_->reactor(); }
  /// Tasks that have not ended.
  std::size_t task_count() const noexcept { return core_->task_count(); }
  /// How many times any task was polled so far.
  std::uint64_t polls() const noexcept { return core_->polls(); }
  /// How many times nothing was ready, and the executor parked: waited in the reactor.
  std::uint64_t parks() const noexcept { return core_->parks(); }

 private:
  /// block_on's task: gone, future included, before block_on returns or throws.
  class Root {
   public:
    Root(ExecutorCore& core, Task* task);
    ~Root();
    void run() { core_.run_until(task_); }

   private:
    ExecutorCore& core_;
    Task* task_;
  };

  Arc<ExecutorCore> core_;
};

/// Queues a future as a task of the executor that runs the calling task. Throws std::logic_error
/// outside of one. (Chapter 10 gives its spawn a handle to await.)
template <Future F>
requires std::constructible_from<std::remove_cvref_t<F>, F>
void spawn_detached(F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  using Kept = std::remove_cvref_t<F>;
  detail::current_scheduler("spawn_detached")
      .adopt(new FutureTask<Kept>(Place{file, line}, std::forward<F>(future)));
}

}  // namespace book
