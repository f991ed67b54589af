// Wrong: when one child throws, it starts all of them anew.
#pragma once

#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/task_scope.h"

namespace book::exercise {

template <class Child>
Async<> supervise(std::vector<Child> children, int restarts) {
  auto body = [&](TaskScope& scope) -> Async<> {
    for (Child& child : children) scope.spawn(child());
    co_return;
  };
  for (;; --restarts) {
    try {
      co_await task_scope(body);
      co_return;
    } catch (...) {
      if (restarts == 0) throw;
    }
  }
}

}  // namespace book::exercise
