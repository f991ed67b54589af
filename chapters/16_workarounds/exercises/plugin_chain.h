// Exercise 2: a request on its way through plugins, and the answer on its way back.
//
//     request --> [ log ] --> [ cache ] --> [ retry ] --> the page
//     answer  <-- [     ] <-- [       ] <-- [       ] <--
//
//   - A plugin is given the request, and `next`: the rest of the chain. What it passes to next() is
//     what the rest sees, and what it returns is the answer that those before it see.
//   - Plugins are asked in the order in which they were added, the page last.
//   - A plugin may have an answer of its own: it does not call next(), and the rest is not asked.
//   - A plugin may call next() twice, one after the other or at the same time. The rest of the
//     chain is asked twice.
//   - Several requests may be under way in one chain.
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
    // TODO: keep it. It is a P, which nobody but this function knows.
    (void)plugin;
  }

  Async<Answer> run(Request request) {
    // TODO: this one asks no plugin.
    return page_(std::move(request));
  }

 private:
  Next page_;
};

}  // namespace book::exercise
