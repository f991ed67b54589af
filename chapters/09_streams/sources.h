// Where streams come from: iter(range), once(value), repeat(value), empty<T>(), unfold(state, f).
//
// (More of them: a coroutine, generator.h; the far end of a channel, local_channel.h; a set of
// futures, "08_select/futures_unordered.h".)
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "05_async_await/named_lambda.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// The elements of a range. `R` is a reference when the range is borrowed: its elements are then
/// copied; those of an owned range are moved out of it.
template <class R>
class Iter {
 public:
  using Item = std::ranges::range_value_t<R>;

  explicit Iter(R&& range) : range_(std::forward<R>(range)) {}

  PollItem<Item> poll_next(Context&) {
    if (!at_) {
      pin_.enter();  // from here on there are iterators into range_
      at_.emplace(std::ranges::begin(range_));
    }
    if (*at_ == std::ranges::end(range_)) return PollItem<Item>::ready();
    PollItem<Item> item = take(*at_);
    ++*at_;
    return item;
  }

 private:
  static PollItem<Item> take(std::ranges::iterator_t<R>& at) {
    if constexpr (std::is_reference_v<R>) {
      return PollItem<Item>::ready(std::in_place, *at);
    } else {
      return PollItem<Item>::ready(std::in_place, std::ranges::iter_move(at));
    }
  }

  StreamPin pin_;
  R range_;
  std::optional<std::ranges::iterator_t<R>> at_;
};

template <class T>
class Once {
 public:
  using Item = T;
  explicit Once(T value) : value_(std::move(value)) {}
  PollItem<T> poll_next(Context&) {
    return PollItem<T>::ready(std::exchange(value_, std::nullopt));
  }

 private:
  std::optional<T> value_;
};

template <class T>
class Repeat {
 public:
  using Item = T;
  explicit Repeat(T value) : value_(std::move(value)) {}
  PollItem<T> poll_next(Context&) { return PollItem<T>::ready(std::in_place, value_); }

 private:
  T value_;
};

template <class T>
class Empty {
 public:
  using Item = T;
  PollItem<T> poll_next(Context&) { return PollItem<T>::ready(); }
};

/// What step(state) gives now, or, if that is a future, later.
template <class Made>
struct UnfoldStep {
  using Result = Made;
};
template <Future Made>
struct UnfoldStep<Made> {
  using Result = OutputOf<Made>;
};

template <class State, class Step>
class Unfold {
  using Made = std::invoke_result_t<Step&, State&>;

 public:
  using Item = typename UnfoldStep<Made>::Result::value_type;
  Unfold(State state, Step step) : state_(std::move(state)), step_(std::move(step)) {}

  PollItem<Item> poll_next(Context& cx) {
    if (ended_) return PollItem<Item>::ready();
    pin_.enter();  // a coroutine may hold a reference to state_
    PollItem<Item> item = step(cx);
    if (item.is_ready()) ended_ = !item.value().has_value();
    return item;
  }

 private:
  PollItem<Item> step(Context& cx) {
    if constexpr (Future<Made>) {
      if (!under_way_) under_way_.emplace(std::invoke(step_, state_));
      PollItem<Item> item = under_way_->poll(cx);
      if (item.is_ready()) under_way_.reset();
      return item;
    } else {
      return PollItem<Item>::ready(std::invoke(step_, state_));
    }
  }

  struct Nothing {};

  StreamPin pin_;
  State state_;
  Step step_;
  std::optional<std::conditional_t<Future<Made>, Made, Nothing>> under_way_;
  bool ended_ = false;
};

}  // namespace streams

namespace detail {
struct IterFn {
  /// An lvalue is borrowed and its elements copied, an rvalue is owned and its elements moved.
  template <std::ranges::input_range R>
  streams::Iter<R> operator()(R&& range) const {
    return streams::Iter<R>(std::forward<R>(range));
  }
  /// iter({1, 2, 3})
  template <class T>
  streams::Iter<std::vector<T>> operator()(std::initializer_list<T> items) const {
    return streams::Iter<std::vector<T>>(std::vector<T>(items));
  }
};
struct OnceFn {
  template <class T>
  streams::Once<T> operator()(T value) const {
    return streams::Once<T>(std::move(value));
  }
};
struct RepeatFn {
  template <class T>
  streams::Repeat<T> operator()(T value) const {
    return streams::Repeat<T>(std::move(value));
  }
};
template <class T>
struct EmptyFn {
  streams::Empty<T> operator()() const { return {}; }
};
struct UnfoldFn {
  /// `step(state)` gives std::optional<Item>, or a future of one, and changes the state for its
  /// next call. No item ends the stream.
  template <class State, class Step>
  streams::Unfold<State, KeptFunction<Step>> operator()(State state, Step&& step) const {
    return streams::Unfold<State, KeptFunction<Step>>(std::move(state),
                                                      keep_function(std::forward<Step>(step)));
  }
};
}  // namespace detail

inline constexpr detail::IterFn iter{};
inline constexpr detail::OnceFn once{};
inline constexpr detail::RepeatFn repeat{};
template <class T>
inline constexpr detail::EmptyFn<T> empty{};
inline constexpr detail::UnfoldFn unfold{};

}  // namespace book
