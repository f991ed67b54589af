// SendAsync<T>: an Async<T> that looks at more than its type can say: each parameter of the
// coroutine, and each future that it awaits, has to be Send. (What its other locals are, no code
// can ask.)
//
//     SendAsync<int> count(std::string text, std::shared_ptr<Log> log);    // instead of Async<int>
#pragma once

#include <type_traits>
#include <utility>

#include "05_async_await/async.h"
#include "common/send.h"

namespace book {

template <class T = void>
class [[nodiscard]] SendAsync : public Async<T> {
 public:
  class promise_type : public Async<T>::promise_type {
   public:
    template <class... Parameters>
    explicit promise_type(const Parameters&...) noexcept {
      static_assert((is_send_v<Parameters> && ...), "a parameter of this coroutine is not Send");
    }
    SendAsync get_return_object() noexcept {
      return SendAsync(Async<T>::promise_type::get_return_object());
    }
    template <class F>
    decltype(auto) await_transform(F&& future, const char* file = __builtin_FILE(),
                                   int line = __builtin_LINE()) {
      static_assert(is_send_v<std::remove_reference_t<F>>,
                    "this future lives across the await, and is not Send");
      return Async<T>::promise_type::await_transform(std::forward<F>(future), file, line);
    }
    /// Joins the chain, as any child does.
    template <class U>
    decltype(auto) await_transform(SendAsync<U>&& child, const char* file = __builtin_FILE(),
                                   int line = __builtin_LINE()) {
      return Async<T>::promise_type::await_transform(static_cast<Async<U>&&>(child), file, line);
    }
  };

 private:
  explicit SendAsync(Async<T>&& async) noexcept : Async<T>(std::move(async)) {}
};

}  // namespace book
