// retry: co_await is forgotten where the value is wanted.
//
//     g++    This is a future, and not yet its value: co_await it.
//     clang  This is a future, and not yet its value: co_await it.
//     lines  4
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
      T result = make();
      co_return result;
    } catch (...) {
      failure = std::current_exception();
    }
    if (attempt >= attempts) std::rethrow_exception(failure);
    co_await sleep(pause);
    pause *= 2;
  }
}

}  // namespace book::exercise
