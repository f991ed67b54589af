// The smallest futures: ready(value), never<T>(), poll_fn(function).
#pragma once

#include <type_traits>
#include <utility>

#include "05_async_await/named_lambda.h"
#include "common/future.h"

namespace book {

/// Ready at the first poll.
template <class T>
class [[nodiscard]] Ready : PinnedOncePolled {
 public:
  using Output = T;
  explicit Ready(T value) : value_(std::move(value)) {}
  Poll<T> poll(Context&) {
    pin_.enter();
    return Poll<T>::ready(std::move(value_));
  }

 private:
  T value_;
};

template <>
class [[nodiscard]] Ready<void> : PinnedOncePolled {
 public:
  using Output = void;
  Poll<void> poll(Context&) {
    pin_.enter();
    return Poll<void>::ready();
  }
};

/// Pending at every poll. It keeps no waker: only dropping it ends it.
template <class T>
class [[nodiscard]] Never : PinnedOncePolled {
 public:
  using Output = T;
  Poll<T> poll(Context& cx) {
    pin_.enter();
    cx.waits_for(kWaitsForever);
    return pin_.pending();
  }
};

/// A future whose poll is a function of the Context that returns a Poll.
template <class Function>
class [[nodiscard]] PollFn : PinnedOncePolled {
  using Result = std::invoke_result_t<Function&, Context&>;

 public:
  using Output = typename Result::value_type;
  explicit PollFn(Function function) : function_(std::move(function)) {}
  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Result result = function_(cx);
    if (result.is_pending()) return pin_.pending();
    return result;
  }

 private:
  Function function_;
};

namespace detail {
struct ReadyFn {
  template <class T>
  Ready<T> operator()(T value) const {
    return Ready<T>(std::move(value));
  }
  Ready<void> operator()() const { return {}; }
};
template <class T>
struct NeverFn {
  Never<T> operator()() const { return {}; }
};
struct PollFnFn {
  template <class Function>
  PollFn<KeptFunction<Function>> operator()(Function&& function) const {
    return PollFn<KeptFunction<Function>>(keep_function(std::forward<Function>(function)));
  }
};
}  // namespace detail

inline constexpr detail::ReadyFn ready{};
template <class T = void>
inline constexpr detail::NeverFn<T> never{};
inline constexpr detail::PollFnFn poll_fn{};

}  // namespace book
