// Streams of items that may be errors: try_items, try_next, try_for_each.
//
//     an exception out of poll_next     the stream has failed, and has ended
//     an item that is an error          one item has failed; the stream goes on, if you let it
//
// The second kind is a stream of Outcome<T>, a value or an exception (04_io_executor/outcome.h).
// try_items() turns it into the first kind: it gives the values, and throws at the first error. All
// the rest of the family is what you know already, behind it.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "09_streams/collect.h"
#include "09_streams/stream_step.h"

namespace book {
namespace detail {
template <class T>
struct OutcomeValue;
template <class T>
requires(!std::is_void_v<T>) struct OutcomeValue<Outcome<T>> {
  using Type = T;
};
}  // namespace detail

/// A stream whose items are values or errors.
template <class S>
concept TryStream = Stream<S> && requires {
  typename detail::OutcomeValue<ItemOf<S>>::Type;
};

namespace streams {

/// A borrowed source can be asked on after an error: it has not ended.
template <class S>
class TryItems {
  static_assert(TryStream<S>, "the try_ family is for streams of Outcome<T>");

 public:
  using Item = typename detail::OutcomeValue<ItemOf<S>>::Type;
  explicit TryItems(S&& source) : source_(std::forward<S>(source)) {}

  PollItem<Item> poll_next(Context& cx) {
    PollItem<ItemOf<S>> next = source_.poll_next(cx);
    if (next.is_pending()) return pending;
    if (!next.value()) return PollItem<Item>::ready();
    return PollItem<Item>::ready(std::in_place, std::move(*next.value()).get());
  }

 private:
  S source_;
};

}  // namespace streams

namespace detail {
struct TryItemsFn {
  StreamStep<streams::TryItems> operator()() const { return {}; }
};
struct TryNextFn {
  /// A future of the next value, empty at the end. Throws an item that is an error; the stream may
  /// be asked on. An lvalue is borrowed, an rvalue owned.
  template <TryStream S>
  Next<streams::TryItems<S>> operator()(S&& source) const {
    return Next<streams::TryItems<S>>(streams::TryItems<S>(std::forward<S>(source)));
  }
};
template <class Function>
struct TryForEachStep {
  Function function;
};
struct TryForEachFn {
  template <class Function>
  TryForEachStep<KeptFunction<Function>> operator()(Function&& function) const {
    return {keep_function(std::forward<Function>(function))};
  }
};
template <Stream S, class Function>
auto operator|(S&& source, TryForEachStep<Function> step) {
  return std::forward<S>(source) | TryItemsFn{}() | for_each(std::move(step.function));
}
}  // namespace detail

inline constexpr detail::TryItemsFn try_items{};
inline constexpr detail::TryNextFn try_next{};
inline constexpr detail::TryForEachFn try_for_each{};

}  // namespace book
