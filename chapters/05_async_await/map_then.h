// future | map(g): its value through a function.   future | then(g): its value into the next
// future.
//
//     co_await (download(url) | map(length));         // length(body)
//     co_await (download(url) | then(save));          // save(body) is a future, awaited next
//
// A future named on the left is borrowed, a temporary is owned. Chapter 09 pipes streams likewise.
#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "05_async_await/named_lambda.h"
#include "common/future.h"

namespace book {
namespace detail {

/// Calls `function` with what `poll` is ready with: with nothing, if that is void.
template <class Function, class T>
decltype(auto) call_with(Function& function, Poll<T>&& poll) {
  if constexpr (std::is_void_v<T>) {
    return std::invoke(function);
  } else {
    return std::invoke(function, std::move(poll).value());
  }
}
template <class Function, class F>
using CalledWith = std::remove_cvref_t<decltype(call_with(std::declval<Function&>(),
                                                          std::declval<Poll<OutputOf<F>>>()))>;

}  // namespace detail

/// `F` is a reference when the future is borrowed.
template <class F, class Function>
class [[nodiscard]] Map : PinnedOncePolled {
 public:
  using Output = detail::CalledWith<Function, F>;
  Map(F&& future, Function function)
      : held_(std::in_place, std::forward<F>(future), std::move(function)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<OutputOf<F>> first = held_->future.poll(cx);
    if (first.is_pending()) return pin_.pending();
    // What has finished goes before the next function runs, with all that it held; and the function
    // with its own call.
    Function function = std::move(held_->function);
    held_.reset();
    if constexpr (std::is_void_v<Output>) {
      detail::call_with(function, std::move(first));
      return Poll<void>::ready();
    } else {
      return Poll<Output>::ready(detail::call_with(function, std::move(first)));
    }
  }

  /// The future that it owns, while there is one: its destructor comes to that last.
  std::remove_reference_t<F>* owned() noexcept requires(!std::is_reference_v<F>) {
    return held_ ? &held_->future : nullptr;
  }

 private:
  struct Held {
    Held(F&& held, Function&& kept) : future(std::forward<F>(held)), function(std::move(kept)) {}
    F future;
    Function function;
  };

  std::optional<Held> held_;
};

template <class F, class Function>
class [[nodiscard]] Then : PinnedOncePolled {
  using Second = detail::CalledWith<Function, F>;
  static_assert(Future<Second>, "then(g): g must return a future; for a plain value use map(g)");

 public:
  using Output = OutputOf<Second>;
  Then(F&& future, Function function)
      : first_(std::in_place, std::forward<F>(future)), function_(std::move(function)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    if (!second_) {
      Poll<OutputOf<F>> first = first_->future.poll(cx);
      if (first.is_pending()) return pin_.pending();
      first_.reset();  // what has finished goes before the function runs
      second_.emplace(detail::call_with(function_, std::move(first)));
    }
    Poll<Output> output = second_->poll(cx);
    if (output.is_pending()) return pin_.pending();
    return output;
  }

  /// The first future, if it owns one that has not ended: its destructor comes to that last.
  std::remove_reference_t<F>* owned() noexcept requires(!std::is_reference_v<F>) {
    return first_ ? &first_->future : nullptr;
  }

 private:
  struct Held {  // an optional cannot hold a reference by itself
    explicit Held(F&& held) : future(std::forward<F>(held)) {}
    F future;
  };

  std::optional<Held> first_;
  Function function_;
  std::optional<Second> second_;
};

namespace detail {
template <class Function>
struct MapStep {
  Function function;
};
template <class Function>
struct ThenStep {
  Function function;
};
struct MapFn {
  template <class Function>
  MapStep<KeptFunction<Function>> operator()(Function&& function) const {
    return {keep_function(std::forward<Function>(function))};
  }
};
struct ThenFn {
  template <class Function>
  ThenStep<KeptFunction<Function>> operator()(Function&& function) const {
    return {keep_function(std::forward<Function>(function))};
  }
};

template <Future F, class Function>
Map<F, Function> operator|(F&& future, MapStep<Function> step) {
  return {std::forward<F>(future), std::move(step.function)};
}
template <Future F, class Function>
Then<F, Function> operator|(F&& future, ThenStep<Function> step) {
  return {std::forward<F>(future), std::move(step.function)};
}
}  // namespace detail

inline constexpr detail::MapFn map{};
inline constexpr detail::ThenFn then{};

}  // namespace book
