// Exercise 3: a cache before a call that blocks.
//
//     resolve("a") --+
//     resolve("a") --+--> one job that looks "a" up
//     resolve("b") -----> one job that looks "b" up, at the same time
//
//   - `lookup` blocks: it runs on a thread of the pool, never on the one that runs the tasks.
//   - Those who ask while a name is looked up wait for that job. Those who ask later get the answer
//     at once.
//   - A failure goes to all who wait for it, and is not kept, even if none waits any more: the next
//     one looks up anew. That the system has no thread for the job is a failure, too.
//   - Whoever asks may be dropped in the middle. The answer is kept all the same: the job was paid
//     for.
//   - The resolver may go, or the executor may end, while a name is looked up: the job goes on, and
//     uses nothing of theirs.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "14_blocking/spawn_blocking.h"

namespace book::exercise {

class CachedResolver {
 public:
  using Lookup = std::function<std::string(std::string name)>;

  explicit CachedResolver(Lookup lookup) : lookup_(std::move(lookup)) {}

  Async<std::string> resolve(std::string name) {
    // TODO: this looks up as often as it is asked, and keeps the thread while it does.
    co_return lookup_(std::move(name));
  }

 private:
  Lookup lookup_;
};

}  // namespace book::exercise
