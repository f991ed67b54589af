// retry: std::sort of futures, which have no order.
//
//     g++    no match for 'operator<' (operand types are 'Async<int>' and 'Async<int>')
//     clang  invalid operands to binary expression ('Async<int>' and 'Async<int>')
//     lines  3
#pragma once

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>
#include <algorithm>
#include <vector>

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
    co_await sleep(pause);
    pause *= 2;
    std::vector<Async<T>> tries;
    std::sort(tries.begin(), tries.end());
  }
}

}  // namespace book::exercise
