// Wrong: stops the thread, and with it every other task.
#pragma once

#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"

namespace book::exercise {

/// `make` gives a new future at each call. `attempts` is at least 1.
template <class Make, class T = OutputOf<std::invoke_result_t<Make&>>>
Async<T> retry(Make make, int attempts, Duration pause) {
  for (int attempt = 1;; ++attempt) {
    std::exception_ptr failure;
    try {
      T result = co_await make();
      co_return result;
    } catch (...) {
      failure = std::current_exception();  // no co_await in here
    }
    if (attempt >= attempts) std::rethrow_exception(failure);
    std::this_thread::sleep_for(pause);
    pause *= 2;
  }
}

}  // namespace book::exercise
