// Wrong: a JoinSet that goes asks its tasks to end, and does not wait for it.
#pragma once

#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/join_set.h"

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
  JoinSet<void> tasks;
  for (Child& child : children) tasks.spawn(look_after(child, restarts));
  for (;;) {
    const auto ended = co_await tasks.join_next();
    if (!ended) break;
  }
}

}  // namespace book::exercise
