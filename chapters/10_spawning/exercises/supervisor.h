// Exercise 3: a supervisor, which runs children side by side and starts anew the one that throws.
//
//     co_await supervise(children, 2);
//
//     child 1   |=========x|=======x|========x      has thrown three times: it gives up,
//     child 2   |============================X      and so the others are dropped
//     child 3   |======|                            has ended well: it is not started anew
//
// Each child is a function: calling it gives the future of one run.
//   - All children run side by side.
//   - A child that throws is started anew at once, at most `restarts` times, each child by itself.
//   - When a child throws once more than that, the others are dropped where they stand. Then what
//     it has thrown comes out of supervise, and no child is left.
//   - When all children have ended well, supervise ends.
//   - Whoever drops the supervisor drops its children: at once, not at their next turn.
#pragma once

#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/task_scope.h"

namespace book::exercise {

template <class Child>
Async<> supervise(std::vector<Child> children, int restarts) {
  // TODO: this runs one child after the other, each once.
  (void)restarts;
  for (Child& child : children) co_await child();
}

}  // namespace book::exercise
