// spawn_local(future): a task that stays on the worker that spawned it. It need not be Send: it may
// share with other tasks of this worker what is not made for several threads.
//
//     JoinHandle<int> handle = spawn_local(count(shared_without_a_lock));
//
// In chapter 04's executor, whose tasks all stay where they are, it is spawn. Chapter 15 explains
// it.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "10_spawning/spawn.h"
#include "15_threads/worker.h"

namespace book {

struct SpawnLocalFn {
  /// Throws std::logic_error outside of a task.
  template <Future F>
  requires std::constructible_from<std::remove_cvref_t<F>, F> JoinHandle<OutputOf<F>>
  operator()(F&& future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    Scheduler* scheduler = Worker::current();
    if (!scheduler) scheduler = &detail::current_scheduler("spawn_local");
    return SpawnFn::on(*scheduler, std::forward<F>(future), Place{file, line});
  }
};

inline constexpr SpawnLocalFn spawn_local{};

}  // namespace book
