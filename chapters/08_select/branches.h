// The branches of a select that has handlers:
//
//     on(future, handler)     the future is ready first: handler(its value)
//     on_if(is, future, handler)   the same, if `is` is true; otherwise the future is not polled
//     otherwise(handler)      none is ready now: do not wait
//     complete(handler)       all have ended before
//
// A handler is a function, or one that returns a future (a coroutine, say), which select then
// awaits. It takes the value by value: a reference would dangle in a coroutine.
#pragma once

#include <concepts>
#include <functional>
#include <type_traits>
#include <utility>

#include "05_async_await/map_then.h"
#include "05_async_await/named_lambda.h"
#include "08_select/operand.h"
#include "common/future.h"

namespace book {
namespace detail {

/// `F` is a reference when the future is borrowed.
template <class F, class Handler>
class On : public Operand<F> {
 public:
  using Handled = CalledWith<Handler, F>;
  On(F&& future, Handler handler)
      : Operand<F>(std::forward<F>(future)), handler_(std::move(handler)) {}

  decltype(auto) call(Poll<OutputOf<F>>&& poll) { return call_with(handler_, std::move(poll)); }

 private:
  Handler handler_;
};

/// A branch without a future: in the contest it is never asked.
template <class Handler>
class Fallback {
 public:
  using Handled = std::remove_cvref_t<std::invoke_result_t<Handler&>>;
  explicit Fallback(Handler handler) : handler_(std::move(handler)) {}

  bool is_terminated() const noexcept { return true; }
  Poll<void> poll(Context&) { return pending; }
  void drop() noexcept {}

  decltype(auto) call(Poll<void>&&) { return std::invoke(handler_); }

 private:
  Handler handler_;
};
template <class Handler>
class Otherwise : public Fallback<Handler> {
  using Fallback<Handler>::Fallback;
};
template <class Handler>
class Complete : public Fallback<Handler> {
  using Fallback<Handler>::Fallback;
};

template <class B>
inline constexpr bool kIsOn = false;
template <class F, class Handler>
inline constexpr bool kIsOn<On<F, Handler>> = true;
template <class B>
inline constexpr bool kIsOtherwise = false;
template <class Handler>
inline constexpr bool kIsOtherwise<Otherwise<Handler>> = true;
template <class B>
inline constexpr bool kIsComplete = false;
template <class Handler>
inline constexpr bool kIsComplete<Complete<Handler>> = true;

template <class B>
concept SelectBranch = kIsOn<B> || kIsOtherwise<B> || kIsComplete<B>;

template <class Handler, class Value>
inline constexpr bool kTakes = std::invocable<Handler&, Value>;
template <class Handler>
inline constexpr bool kTakes<Handler, void> = std::invocable<Handler&>;

/// A handler takes what its future gives: the value, or nothing.
template <class Handler, class F>
concept HandlerOf = kTakes<Handler, OutputOf<F>>;

struct OnFn {
  /// An lvalue is borrowed, an rvalue owned. The handler is kept by value.
  template <Future F, class Handler>
  requires HandlerOf<KeptFunction<Handler>, F> On<F, KeptFunction<Handler>>
  operator()(F&& future, Handler&& handler) const {
    return {std::forward<F>(future), keep_function(std::forward<Handler>(handler))};
  }
};
struct OnIfFn {
  /// A branch with a guard. Without it, it is as one whose future has ended: the select passes over
  /// it. (The future is made in any case: what it costs to make, it costs. An owned one is
  /// dropped at once.)
  template <Future F, class Handler>
  requires HandlerOf<KeptFunction<Handler>, F> On<F, KeptFunction<Handler>>
  operator()(bool guard, F&& future, Handler&& handler) const {
    On<F, KeptFunction<Handler>> branch(std::forward<F>(future),
                                        keep_function(std::forward<Handler>(handler)));
    if (!guard) branch.drop();
    return branch;
  }
};
struct OtherwiseFn {
  template <std::invocable Handler>
  Otherwise<KeptFunction<Handler>> operator()(Handler&& handler) const {
    return Otherwise<KeptFunction<Handler>>(keep_function(std::forward<Handler>(handler)));
  }
};
struct CompleteFn {
  template <std::invocable Handler>
  Complete<KeptFunction<Handler>> operator()(Handler&& handler) const {
    return Complete<KeptFunction<Handler>>(keep_function(std::forward<Handler>(handler)));
  }
};

}  // namespace detail

inline constexpr detail::OnFn on{};
inline constexpr detail::OnIfFn on_if{};
inline constexpr detail::OtherwiseFn otherwise{};
inline constexpr detail::CompleteFn complete{};

}  // namespace book
