// spawn_blocking(f): f runs on a thread of the blocking pool, while the tasks of this one go on.
//
//     JoinHandle<Image> handle = spawn_blocking([data] { return decode(data); });
//     Image image = co_await handle;
//
//     you do this with the handle    the job has not begun          the job runs
//     await it                       you get its value, or its exception
//     drop it                        it runs all the same           it runs on
//     abort() it                     it never runs: JoinError       it runs on; you get its value
//
// A function has no await at which it could be stopped. Chapter 14 explains it.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "10_spawning/spawn.h"
#include "14_blocking/blocking_pool.h"
#include "common/future.h"
#include "common/send.h"

namespace book {
namespace detail {

/// The pool of this thread. Throws std::logic_error, naming `what`, when there is none.
BlockingCore& current_blocking_core(const char* what);

/// A future that is a function: its only poll calls it.
template <class Function>
class Job {
 public:
  using Output = std::remove_cv_t<std::invoke_result_t<Function>>;
  explicit Job(Function function) : function_(std::move(function)) {}

  Poll<Output> poll(Context&) {
    if constexpr (std::is_void_v<Output>) {
      std::invoke(std::move(function_));
      return Poll<void>::ready();
    } else {
      return Poll<Output>::ready(std::invoke(std::move(function_)));
    }
  }

 private:
  Function function_;
};

/// Futures that go on by themselves: a job may give one.
template <class T>
inline constexpr bool kRunsAlready = false;
template <class T>
inline constexpr bool kRunsAlready<JoinHandle<T>> = true;

}  // namespace detail

struct SpawnBlockingFn {
  /// Queues f, a function of no arguments that may be called once, as a job of the current pool
  /// (BlockingPool::Scope). f lives on the pool's thread, and dies there: it owns what it needs,
  /// and shares nothing that is not made to be shared. Throws std::logic_error when this thread has
  /// no pool; std::system_error when no thread is there and none can be started. Does not compile
  /// when the type of f, or of what it gives, says that it stays on its thread (common/send.h).
  ///
  /// Call it inside a task: then virtual time stands, and silence is no deadlock, until the job has
  /// ended. For one that is given to the pool by main, nobody knows who will wait for it: then hold
  /// a Reactor::OutsideWork.
  template <class F>
  requires std::invocable<std::decay_t<F>>
  auto operator()(F&& f, const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    return on(detail::current_blocking_core("spawn_blocking()"), std::forward<F>(f),
              Place{file, line});
  }
  /// The same for a pool of the caller's choice.
  template <class F>
  requires std::invocable<std::decay_t<F>>
  auto operator()(BlockingPool& pool, F&& f, const char* file = __builtin_FILE(),
                  int line = __builtin_LINE()) const {
    return on(pool.core(), std::forward<F>(f), Place{file, line});
  }
  template <class F>
  static auto on(BlockingCore& core, F&& f, Place place) {
    using Output = std::invoke_result_t<std::decay_t<F>>;
    static_assert(!Future<Output> || detail::kRunsAlready<Output>,
                  "spawn_blocking takes a function that blocks, and this one gives a future, which "
                  "nothing would poll there: spawn it");
    static_assert(!std::is_reference_v<Output>,
                  "a job gives a value: what it would refer to is on another thread");
    static_assert(Send<std::decay_t<F>>,
                  "this function is not Send, and a job runs on another thread: hand over what it "
                  "needs by value");
    static_assert(Send<Output>, "what this job gives is not Send, and leaves its thread");
    return SpawnFn::on(core, detail::Job<std::decay_t<F>>(std::forward<F>(f)), place);
  }
};

inline constexpr SpawnBlockingFn spawn_blocking{};

}  // namespace book
