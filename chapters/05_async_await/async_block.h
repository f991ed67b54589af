// async(lambda, args...): the `async move { ... }` block of this book.
//
// A coroutine lambda does not keep its captures: they belong to the lambda object, which is usually
// gone when the coroutine first runs. async() keeps the lambda, and the arguments, in a frame of
// its own for as long as the coroutine lives. Never call a capturing coroutine lambda without it.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

#include "05_async_await/async.h"

namespace book {
namespace detail {

struct AsyncFn {
  /// Takes the function and its arguments by value. `function` may return any future.
  template <class F, class... Args, class Inner = std::invoke_result_t<F&, Args...>>
  requires Future<Inner> Async<OutputOf<Inner>>
  operator()(F function, Args... args) const {
    Inner inner = std::invoke(function, std::move(args)...);
    if constexpr (std::is_void_v<OutputOf<Inner>>) {
      co_await std::move(inner);
    } else {
      OutputOf<Inner> output = co_await std::move(inner);
      co_return output;
    }
  }
};

}  // namespace detail

inline constexpr detail::AsyncFn async{};

}  // namespace book
