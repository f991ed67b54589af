// spawn(future): from now on the future is a task of its own, which runs beside the one that
// spawned it.
//
//     JoinHandle<int> handle = spawn(count_words(page));   // queued; nothing runs yet
//     ...                                                  // the task runs whenever we wait
//     int words = co_await handle;
//
// One allocation: the task's. Its output later lives where its future was. Chapter 10 explains it.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "04_io_executor/scheduler.h"
#include "10_spawning/join_handle.h"
#include "common/future.h"
#include "common/send.h"

namespace book {

namespace detail {
/// Throws std::logic_error when this scheduler's tasks change threads.
void refuse_if_it_changes_threads(const Scheduler& scheduler, Place spawned_at);
}  // namespace detail

struct SpawnFn {
  /// Queues the future as a task of the executor that runs the calling task; its first poll comes
  /// after the caller's turn. The task owns its future: an lvalue is copied, if it can be. Throws
  /// std::logic_error outside of a task; and in a thread pool (chapter 15), when the future or its
  /// output says that it must not change threads. (Which executor it is, is known when it runs.)
  template <Future F>
  requires std::constructible_from<std::remove_cvref_t<F>, F> JoinHandle<OutputOf<F>>
  operator()(F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    return on(detail::current_scheduler("spawn"), std::forward<F>(future), Place{file, line});
  }

  /// The same for a scheduler of the caller's choice.
  template <Future F>
  static JoinHandle<OutputOf<F>> on(Scheduler& scheduler, F&& future, Place place) {
    if constexpr (!is_send_v<std::remove_cvref_t<F>> || !is_send_v<OutputOf<F>>) {
      detail::refuse_if_it_changes_threads(scheduler, place);
    }
    auto* task = new detail::SpawnedTask<std::remove_cvref_t<F>>(place, std::forward<F>(future));
    scheduler.adopt(task);
    return JoinHandle<OutputOf<F>>(task);
  }

  /// Whatever else: one sentence in the place of a page.
  template <class Other>
  requires(!(Future<Other> && std::constructible_from<std::remove_cvref_t<Other>, Other>)) void
  operator()(Other&&) const {
    if constexpr (Future<Other>) {
      static_assert(sizeof(Other) == 0,
                    "spawn owns its future: give it a temporary, or std::move(future)");
    } else {
      static_assert(sizeof(Other) == 0,
                    "spawn takes a future, not a function: spawn(f()), and for a lambda with "
                    "captures spawn(async(lambda))");
    }
  }
};

inline constexpr SpawnFn spawn{};

}  // namespace book
