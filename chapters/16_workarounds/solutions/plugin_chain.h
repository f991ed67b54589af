// Exercise 2, solved: a request on its way through plugins, and the answer on its way back.
//
// How far a request has come is known by its own `next`, and by nothing else. So a chain has no
// state but its plugins, and they may be asked twice, and by several requests.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"

namespace book::exercise {

using Request = std::string;
using Answer = std::string;
using Next = std::function<Async<Answer>(Request)>;

/// Does nothing; plugins that do something override handle().
class Plugin {
 public:
  virtual ~Plugin() = default;
  virtual Async<Answer> handle(Request request, Next next) { return next(std::move(request)); }
};

/// Outlives the requests that are under way in it.
class Chain {
 public:
  explicit Chain(Next page) : page_(std::move(page)) {}

  template <class P>
  void add(P plugin) {
    plugins_.push_back(std::make_unique<P>(std::move(plugin)));
  }

  Async<Answer> run(Request request) { return from(0, std::move(request)); }

 private:
  Async<Answer> from(std::size_t at, Request request) {
    if (at == plugins_.size()) return page_(std::move(request));
    Next next = [this, at](Request passed_on) { return from(at + 1, std::move(passed_on)); };
    return plugins_[at]->handle(std::move(request), std::move(next));
  }

  Next page_;
  std::vector<std::unique_ptr<Plugin>> plugins_;
};

}  // namespace book::exercise
