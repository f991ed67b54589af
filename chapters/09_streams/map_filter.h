// One item in, one or none out: map, filter, filter_map, inspect, scan, enumerate.
//
//     s | map(f)           f(item)
//     s | filter(p)        the item, if p(item)
//     s | filter_map(f)    *f(item), if it is not empty
//     s | inspect(f)       the item, after f(item) has seen it
//     s | scan(state, f)   *f(state, item); an empty one ends the stream
//     s | enumerate()      {0, item}, {1, item}, ...
//
// Their functions are plain ones. For one that has to wait there is then(f), in then.h.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

#include "05_async_await/map_then.h"
#include "05_async_await/named_lambda.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S, class Function>
class Map {
 public:
  using Item = std::remove_cvref_t<std::invoke_result_t<Function&, ItemOf<S>&&>>;
  static_assert(!std::is_void_v<Item>,
                "map(f): f gives nothing. To look at the items use inspect(f), to end a pipeline "
                "with them for_each(f)");

  Map(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  PollItem<Item> poll_next(Context& cx) {
    PollItem<ItemOf<S>> next = source_.poll_next(cx);
    if (next.is_pending()) return pending;
    if (!next.value()) return PollItem<Item>::ready();
    return PollItem<Item>::ready(std::in_place, std::invoke(function_, std::move(*next.value())));
  }

 private:
  S source_;
  Function function_;
};

template <class S, class Predicate>
class Filter {
 public:
  using Item = ItemOf<S>;
  Filter(S&& source, Predicate predicate)
      : source_(std::forward<S>(source)), predicate_(std::move(predicate)) {}

  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      PollItem<Item> next = source_.poll_next(cx);
      if (next.is_pending() || !next.value()) return next;
      if (std::invoke(predicate_, std::as_const(*next.value()))) return next;
    }
  }

 private:
  S source_;
  Predicate predicate_;
};

template <class S, class Function>
class FilterMap {
 public:
  using Item = typename std::invoke_result_t<Function&, ItemOf<S>&&>::value_type;
  FilterMap(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pending;
      if (!next.value()) return PollItem<Item>::ready();
      std::optional<Item> item = std::invoke(function_, std::move(*next.value()));
      if (item) return PollItem<Item>::ready(std::move(item));
    }
  }

 private:
  S source_;
  Function function_;
};

template <class S, class Function>
class Inspect {
 public:
  using Item = ItemOf<S>;
  Inspect(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  PollItem<Item> poll_next(Context& cx) {
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_ready() && next.value()) std::invoke(function_, std::as_const(*next.value()));
    return next;
  }

 private:
  S source_;
  Function function_;
};

template <class S, class State, class Function>
class Scan {
 public:
  using Item = typename std::invoke_result_t<Function&, State&, ItemOf<S>&&>::value_type;
  Scan(S&& source, State state, Function function)
      : source_(std::forward<S>(source)),
        state_(std::move(state)),
        function_(std::move(function)) {}

  PollItem<Item> poll_next(Context& cx) {
    if (ended_) return PollItem<Item>::ready();
    PollItem<ItemOf<S>> next = source_.poll_next(cx);
    if (next.is_pending()) return pending;
    std::optional<Item> item;
    if (next.value()) item = std::invoke(function_, state_, std::move(*next.value()));
    ended_ = !item.has_value();
    return PollItem<Item>::ready(std::move(item));
  }

 private:
  S source_;
  State state_;
  Function function_;
  bool ended_ = false;
};

template <class S>
class Enumerate {
 public:
  using Item = std::pair<std::size_t, ItemOf<S>>;
  explicit Enumerate(S&& source) : source_(std::forward<S>(source)) {}

  PollItem<Item> poll_next(Context& cx) {
    PollItem<ItemOf<S>> next = source_.poll_next(cx);
    if (next.is_pending()) return pending;
    if (!next.value()) return PollItem<Item>::ready();
    return PollItem<Item>::ready(std::in_place, count_++, std::move(*next.value()));
  }

 private:
  S source_;
  std::size_t count_ = 0;
};

}  // namespace streams

namespace detail {
/// map(f) is chapter 05's: what stands on its left decides whether a future or a stream comes out.
template <Stream S, class Function>
streams::Map<S, Function> operator|(S&& source, MapStep<Function> step) {
  return {std::forward<S>(source), std::move(step.function)};
}

/// The function object of a step that keeps one function.
template <template <class...> class Adaptor>
struct FunctionStepFn {
  template <class Function>
  StreamStep<Adaptor, KeptFunction<Function>> operator()(Function&& function) const {
    return {{keep_function(std::forward<Function>(function))}};
  }
};
struct ScanFn {
  template <class State, class Function>
  StreamStep<streams::Scan, State, KeptFunction<Function>> operator()(State state,
                                                                      Function&& function) const {
    return {{std::move(state), keep_function(std::forward<Function>(function))}};
  }
};
struct EnumerateFn {
  StreamStep<streams::Enumerate> operator()() const { return {}; }
};
}  // namespace detail

inline constexpr detail::FunctionStepFn<streams::Filter> filter{};
inline constexpr detail::FunctionStepFn<streams::FilterMap> filter_map{};
inline constexpr detail::FunctionStepFn<streams::Inspect> inspect{};
inline constexpr detail::ScanFn scan{};
inline constexpr detail::EnumerateFn enumerate{};

}  // namespace book
