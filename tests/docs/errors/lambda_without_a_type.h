// retry: a coroutine lambda that does not say what it returns.
//
//     g++    A lambda that says co_await must say what it returns
//     clang  A lambda that says co_await must say what it returns
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
      T result = co_await make();
      co_return result;
    } catch (...) {
      failure = std::current_exception();
    }
    if (attempt >= attempts) std::rethrow_exception(failure);
    auto rest = [](Duration d) { co_await sleep(d); };
    co_await rest(pause);
    pause *= 2;
  }
}

}  // namespace book::exercise
