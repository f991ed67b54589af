// Runtime: a thread pool for tasks and one for what blocks (chapter 14), made step by step.
//
//     Runtime runtime = Runtime::builder().workers(2).blocking_threads(64).build();
//     int answer = runtime.block_on(compute());
//     runtime.shutdown(5s);
//
// On its threads, and inside block_on, spawn_blocking(f) means the runtime's own pool.
#pragma once

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

#include "14_blocking/spawn_blocking.h"
#include "15_threads/thread_pool_executor.h"

namespace book {

class Runtime {
 public:
  /// Spawns from anywhere, and may outlive the runtime. Copyable.
  class Handle : public ThreadPoolExecutor::Handle {
   public:
    /// See spawn_blocking (chapter 14).
    template <class F>
    requires std::invocable<std::decay_t<F>>
    auto spawn_blocking(F&& f, const char* file = __builtin_FILE(),
                        int line = __builtin_LINE()) const {
      return SpawnBlockingFn::on(*blocking_, std::forward<F>(f), Place{file, line});
    }

   private:
    friend class Runtime;
    Handle(const ThreadPoolExecutor::Handle& pool, Arc<BlockingCore> blocking) noexcept
        : ThreadPoolExecutor::Handle(pool), blocking_(std::move(blocking)) {}
    Arc<BlockingCore> blocking_;
  };

  class Builder {
   public:
    /// 0: as many as the machine has processors.
    Builder& workers(unsigned count) { return options_.workers = count, *this; }
    /// So many jobs may block at once. Their threads are started when they are needed.
    Builder& blocking_threads(unsigned most) { return blocking_.max_threads = most, *this; }
    /// Virtual time, and a seed, are for one worker.
    Builder& time(TimeMode mode) { return options_.time = mode, *this; }
    Builder& seed(std::uint64_t seed) { return options_.seed = seed, *this; }
    /// The threads are "NAME 1", "NAME 2"...
    Builder& name(std::string name) { return options_.name = std::move(name), *this; }
    /// Called on each thread that is started, before its first task. Must not throw.
    Builder& on_thread_start(std::function<void()> action) {
      return options_.on_thread_start = std::move(action), *this;
    }
    /// How often a worker that sleeps looks after those that are busy (see ThreadPoolOptions).
    Builder& hand_over_after(Duration limit) { return options_.hand_over_after = limit, *this; }
    /// Starts the workers' threads. Throws as the constructors of ThreadPoolExecutor and
    /// BlockingPool do.
    Runtime build() { return Runtime(options_, blocking_); }

   private:
    ThreadPoolOptions options_;
    BlockingPoolOptions blocking_;
  };
  static Builder builder() { return {}; }

  /// See ThreadPoolExecutor.
  template <Future F>
  OutputOf<F> block_on(F&& future, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    const BlockingPool::Scope here(blocking_);
    return pool_.block_on(std::forward<F>(future), file, line);
  }
  template <Future F>
  JoinHandle<OutputOf<F>> spawn(F&& future, const char* file = __builtin_FILE(),
                                int line = __builtin_LINE()) {
    return pool_.spawn(std::forward<F>(future), file, line);
  }
  Handle handle() noexcept { return {pool_.handle(), blocking_.share()}; }
  /// Ends the tasks, then the jobs, and waits for so long at most in all, or a second more: see
  /// ThreadPoolExecutor. Says how many polls and jobs have not ended, with a line on stderr for
  /// each.
  std::size_t shutdown(Duration limit) {
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t polls = pool_.shutdown(limit);
    const Duration used = std::chrono::steady_clock::now() - begin;
    return polls + blocking_.shutdown(std::max(Duration::zero(), limit - used));
  }
  ThreadPoolExecutor& pool() noexcept { return pool_; }
  BlockingPool& blocking() noexcept { return blocking_; }

 private:
  Runtime(const ThreadPoolOptions& options, const BlockingPoolOptions& blocking)
      : blocking_(blocking), pool_(with(options, blocking_.share())) {}

  /// A worker that is stuck in a poll may outlive the runtime, so it shares what it refers to.
  static ThreadPoolOptions with(ThreadPoolOptions options, Arc<BlockingCore> blocking) {
    options.on_thread_start = [blocking = std::move(blocking),
                               first = std::move(options.on_thread_start)] {
      BlockingCore::make_current(blocking.get());
      if (first) first();
    };
    return options;
  }

  BlockingPool blocking_;  // ends after the tasks, which may use it
  ThreadPoolExecutor pool_;
};

}  // namespace book
