// The end of a pipeline: a future that asks a stream for all of its items.
//
//     co_await (s | collect<std::vector<int>>())     all of them, in any container
//     co_await (s | fold(0, plus))                   one value: plus(plus(0, a), b) ...
//     co_await (s | reduce(plus))                    the same from the first item; empty if there
//     is none co_await (s | for_each(f))                     f(item), awaited if it gives a future
//
// Each polls its source until that is pending. An exception, from the stream or from a function,
// ends it early.
#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "09_streams/map_filter.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S, class Container>
class [[nodiscard]] Collect : PinnedOncePolled {
 public:
  using Output = Container;
  Collect(S&& source, Container container)
      : source_(std::forward<S>(source)), container_(std::move(container)) {}

  Poll<Container> poll(Context& cx) {
    pin_.enter();
    for (;;) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pin_.pending();
      if (!next.value()) return Poll<Container>::ready(std::move(container_));
      if constexpr (requires { container_.push_back(std::move(*next.value())); }) {
        container_.push_back(std::move(*next.value()));
      } else {
        container_.insert(container_.end(), std::move(*next.value()));
      }
    }
  }

 private:
  S source_;
  Container container_;
};

template <class S, class Value, class Function>
class [[nodiscard]] Fold : PinnedOncePolled {
 public:
  using Output = Value;
  Fold(S&& source, Value value, Function function)
      : source_(std::forward<S>(source)),
        value_(std::move(value)),
        function_(std::move(function)) {}

  Poll<Value> poll(Context& cx) {
    pin_.enter();
    for (;;) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pin_.pending();
      if (!next.value()) return Poll<Value>::ready(std::move(value_));
      value_ = std::invoke(function_, std::move(value_), std::move(*next.value()));
    }
  }

 private:
  S source_;
  Value value_;
  Function function_;
};

template <class S, class Function>
class [[nodiscard]] Reduce : PinnedOncePolled {
 public:
  using Output = std::optional<ItemOf<S>>;
  Reduce(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    for (;;) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pin_.pending();
      if (!next.value()) return Poll<Output>::ready(std::move(value_));
      if (value_) {
        *value_ = std::invoke(function_, std::move(*value_), std::move(*next.value()));
      } else {
        value_ = std::move(next).value();
      }
    }
  }

 private:
  S source_;
  Function function_;
  Output value_;
};

template <class S, class Function>
class [[nodiscard]] ForEach : PinnedOncePolled {
  using Made = std::invoke_result_t<Function&, ItemOf<S>&&>;
  struct Nothing {};

 public:
  using Output = void;
  ForEach(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    for (;;) {
      if constexpr (Future<Made>) {
        if (under_way_) {
          if (under_way_->poll(cx).is_pending()) return pin_.pending();
          under_way_.reset();
        }
      }
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pin_.pending();
      if (!next.value()) return Poll<void>::ready();
      if constexpr (Future<Made>) {
        under_way_.emplace(std::invoke(function_, std::move(*next.value())));
      } else {
        std::invoke(function_, std::move(*next.value()));
      }
    }
  }

 private:
  S source_;
  Function function_;
  std::optional<std::conditional_t<Future<Made>, Made, Nothing>> under_way_;
};

}  // namespace streams

namespace detail {
template <class Container>
struct CollectFn {
  StreamStep<streams::Collect, Container> operator()(Container container = {}) const {
    return {{std::move(container)}};
  }
};
struct FoldFn {
  template <class Value, class Function>
  StreamStep<streams::Fold, Value, KeptFunction<Function>> operator()(Value value,
                                                                      Function&& function) const {
    return {{std::move(value), keep_function(std::forward<Function>(function))}};
  }
};
}  // namespace detail

template <class Container>
inline constexpr detail::CollectFn<Container> collect{};
inline constexpr detail::FoldFn fold{};
inline constexpr detail::FunctionStepFn<streams::Reduce> reduce{};
inline constexpr detail::FunctionStepFn<streams::ForEach> for_each{};

}  // namespace book
