// Wrong: its loop ends with an exception only, so who has ended well runs again.
#pragma once

#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/task_scope.h"

namespace book::exercise {

template <class Child>
Async<> look_after(Child& child, int restarts) {
  for (;;) {
    try {
      co_await child();
    } catch (...) {
      if (restarts-- == 0) throw;
    }
  }
}

template <class Child>
Async<> supervise(std::vector<Child> children, int restarts) {
  auto body = [&](TaskScope& scope) -> Async<> {
    for (Child& child : children) scope.spawn(look_after(child, restarts));
    co_return;
  };
  co_await task_scope(body);
}

}  // namespace book::exercise
