// Runtime: a thread pool, made step by step.
//
//     Runtime runtime = Runtime::builder().workers(2).on_thread_start(name_it).build();
//     int answer = runtime.block_on(compute());
//     runtime.shutdown(5s);
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "15_threads/thread_pool_executor.h"

namespace book {

class Runtime {
 public:
  using Handle = ThreadPoolExecutor::Handle;

  class Builder {
   public:
    /// 0: as many as the machine has processors.
    Builder& workers(unsigned count) { return options_.workers = count, *this; }
    /// Virtual time, and a seed, are for one worker.
    Builder& time(TimeMode mode) { return options_.time = mode, *this; }
    Builder& seed(std::uint64_t seed) { return options_.seed = seed, *this; }
    /// The threads are "NAME 1", "NAME 2"...
    Builder& name(std::string name) { return options_.name = std::move(name), *this; }
    /// Called on each thread that is started, before its first task. Must not throw.
    Builder& on_thread_start(std::function<void()> action) {
      return options_.on_thread_start = std::move(action), *this;
    }
    /// How long at most news is left unread while the worker that waited for it is busy.
    Builder& hand_over_after(Duration limit) { return options_.hand_over_after = limit, *this; }
    /// Starts the threads. Throws as ThreadPoolExecutor's constructor does.
    Runtime build() { return Runtime(options_); }

   private:
    ThreadPoolOptions options_;
  };
  static Builder builder() { return {}; }

  /// See ThreadPoolExecutor.
  template <Future F>
  OutputOf<F> block_on(F&& future, const char* file = __builtin_FILE(),
                       int line = __builtin_LINE()) {
    return pool_.block_on(std::forward<F>(future), file, line);
  }
  template <Future F>
  JoinHandle<OutputOf<F>> spawn(F&& future, const char* file = __builtin_FILE(),
                                int line = __builtin_LINE()) {
    return pool_.spawn(std::forward<F>(future), file, line);
  }
  Handle handle() noexcept { return pool_.handle(); }
  std::size_t shutdown(Duration limit) { return pool_.shutdown(limit); }
  ThreadPoolExecutor& pool() noexcept { return pool_; }

 private:
  explicit Runtime(const ThreadPoolOptions& options) : pool_(options) {}

  ThreadPoolExecutor pool_;
};

}  // namespace book
