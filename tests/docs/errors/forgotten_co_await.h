// retry: co_await is forgotten: a warning, and red.
//
//     g++    A future that nobody awaits does nothing: co_await it.
//     clang  A future that nobody awaits does nothing: co_await it.
//     lines  6
#pragma once

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"

namespace book::exercise {

template <class Make, class T = OutputOf<std::invoke_result_t<Make&>>>
Async<T> retry(Make make, int attempts, Duration pause) {
  for (int attempt = 1;; ++attempt) {
    std::exception_ptr failure;
    try {
      T result = co_await make();
      co_return result;
    } catch (...) {
      failure = std::current_exception();
    }
    if (attempt >= attempts) std::rethrow_exception(failure);
    sleep(pause);
    pause *= 2;
  }
}

}  // namespace book::exercise
