// Exercise 3: a cache that loads each key once, however many ask for it meanwhile.
//
//     get("a") --+
//     get("a") --+--> one load of "a"
//     get("b") -----> one load of "b", at the same time
//
//   - The first who asks for a key loads it. Those who ask meanwhile wait for that, and get the
//     same. Those who ask later get it at once.
//   - Keys do not wait for one another.
//   - When a load fails, the one who has begun it gets the exception. A failure is not kept: the
//     next one, waiting already or not, loads anew.
//   - The task that loads may be dropped in the middle. The others still get their value.
//   - forget(key): a task that asks later loads anew. Those who wait already do so for the old
//     load.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "12_sync/once_cell.h"

namespace book::exercise {

class Cache {
 public:
  using Load = std::function<Async<std::string>(std::string)>;

  explicit Cache(Load load) : load_(std::move(load)) {}

  Async<std::string> get(std::string key) {
    // TODO: this one loads as often as it is asked.
    std::string value = co_await load_(std::move(key));
    co_return value;
  }

  void forget(const std::string& key) {
    // TODO
    (void)key;
  }

 private:
  Load load_;
  // TODO: what has been loaded, or is being loaded, for each key?
};

}  // namespace book::exercise
