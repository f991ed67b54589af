// Exercise 3, solved: a cache before a call that blocks.
//
//     resolve("a") --+
//     resolve("a") --+--> [ "a": shared ] --> a task that awaits the job
//
// The cache holds a future that many may await (chapter 07). Behind it is a task, not a coroutine
// of the one who asked first: so it goes on when that one is dropped, and takes a failure out of
// the cache itself, before it tells anybody.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "07_join/shared.h"
#include "10_spawning/spawn.h"
#include "14_blocking/spawn_blocking.h"

namespace book::exercise {

class CachedResolver {
 public:
  using Lookup = std::function<std::string(std::string name)>;

  explicit CachedResolver(Lookup lookup) : state_(std::make_shared<State>()) {
    state_->lookup = std::move(lookup);
  }

  Async<std::string> resolve(std::string name) {
    auto known = state_->answers.find(name);
    if (known == state_->answers.end()) {
      auto task = spawn(look_up(state_, name));
      known = state_->answers.emplace(name, shared(std::move(task))).first;
    }
    auto answer = known->second.share();
    std::string address = co_await answer;
    co_return address;
  }

 private:
  using Answer = decltype(shared(std::declval<JoinHandle<std::string>>()));
  struct State {
    Lookup lookup;
    std::map<std::string, Answer> answers;
  };

  static Async<std::string> look_up(std::shared_ptr<State> state, std::string name) {
    try {
      auto job = spawn_blocking([lookup = state->lookup, name] { return lookup(name); });
      std::string address = co_await job;
      co_return address;
    } catch (...) {
      state->answers.erase(name);
      throw;
    }
  }

  std::shared_ptr<State> state_;  // shared with the tasks that look up
};

}  // namespace book::exercise
