// s | for_each_concurrent(limit, f): f(item) is a future; up to `limit` of them are under way at
// the same time. It is ready when the stream has ended and all of them have. `unlimited` is a limit
// too.
//
// An exception, of the stream or of one future, ends it: the others are dropped at once.
// try_for_each_concurrent does the same for a stream of Outcome<T>: an item that is an error is
// such an exception.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include "08_select/futures_unordered.h"
#include "09_streams/stream_step.h"
#include "09_streams/try_stream.h"

namespace book {

inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

namespace streams {

template <class S, class Count, class Function>
class [[nodiscard]] ForEachConcurrent : PinnedOncePolled {
  using F = std::invoke_result_t<Function&, ItemOf<S>&&>;
  static_assert(Future<F>, "for_each_concurrent(n, f): f must return a future");

 public:
  using Output = void;
  ForEachConcurrent(S&& source, Count limit, Function function)
      : source_(std::forward<S>(source)), limit_(limit), function_(std::move(function)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    try {
      for (;;) {
        begin_more(cx);
        if (under_way_.empty()) break;
        if (under_way_.poll_next(cx).is_pending()) return pin_.pending();
      }
    } catch (...) {
      under_way_.clear();
      throw;
    }
    if (!ended_) return pin_.pending();
    return Poll<void>::ready();
  }

 private:
  void begin_more(Context& cx) {
    while (!ended_ && under_way_.size() < limit_) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return;
      ended_ = !next.value().has_value();
      if (!ended_) under_way_.push_quietly(std::invoke(function_, std::move(*next.value())));
    }
  }

  S source_;
  Count limit_;
  Function function_;
  FuturesUnordered<F> under_way_;
  bool ended_ = false;
};

}  // namespace streams

namespace detail {
struct ForEachConcurrentFn {
  /// Throws std::invalid_argument when `limit` is 0.
  template <class Function>
  StreamStep<streams::ForEachConcurrent, std::size_t, KeptFunction<Function>> operator()(
      std::size_t limit, Function&& function) const {
    return {{at_least_one(limit, "for_each_concurrent"),
             keep_function(std::forward<Function>(function))}};
  }
};
template <class Function>
struct TryForEachConcurrentStep {
  std::size_t limit;
  Function function;
};
struct TryForEachConcurrentFn {
  template <class Function>
  TryForEachConcurrentStep<KeptFunction<Function>> operator()(std::size_t limit,
                                                              Function&& function) const {
    return {at_least_one(limit, "try_for_each_concurrent"),
            keep_function(std::forward<Function>(function))};
  }
};
template <Stream S, class Function>
auto operator|(S&& source, TryForEachConcurrentStep<Function> step) {
  return std::forward<S>(source) | TryItemsFn{}() |
         ForEachConcurrentFn{}(step.limit, std::move(step.function));
}
}  // namespace detail

inline constexpr detail::ForEachConcurrentFn for_each_concurrent{};
inline constexpr detail::TryForEachConcurrentFn try_for_each_concurrent{};

}  // namespace book
