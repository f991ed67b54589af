// Wrong: it joins the children, and a join waits for all before it throws.
#pragma once

#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "07_join/join_all.h"

namespace book::exercise {

template <class Child>
Async<> look_after(Child& child, int restarts) {
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
  std::vector<Async<>> all;
  for (Child& child : children) all.push_back(look_after(child, restarts));
  co_await join_all(std::move(all));
}

}  // namespace book::exercise
