// Wrong: its children are tasks, and to drop a handle only detaches.
#pragma once

#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/join_handle.h"
#include "10_spawning/spawn.h"

namespace book::exercise {

template <class Child>
Async<> look_after(Child child, int restarts) {
  for (;; --restarts) {
    try {
      co_await child();
      co_return;
    } catch (...) {
      if (restarts == 0) throw;
    }
  }
}

template <class Child>
Async<> supervise(std::vector<Child> children, int restarts) {
  std::vector<JoinHandle<void>> tasks;
  for (Child& child : children) tasks.push_back(spawn(look_after(child, restarts)));
  for (JoinHandle<void>& task : tasks) co_await task;
}

}  // namespace book::exercise
