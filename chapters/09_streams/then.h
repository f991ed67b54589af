// s | then(f): f(item) is a future, and its output is the item. One after the other: the next item
// is asked for when the future has ended. (Several at once: buffered.h.)
#pragma once

#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "05_async_await/map_then.h"
#include "07_join/maybe_done.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// A future that has ended, as an item. An item is never void: std::monostate stands for that.
template <Future F>
PollItem<ValueOrMonostate<OutputOf<F>>> to_item(Poll<OutputOf<F>>&& output) {
  using Item = ValueOrMonostate<OutputOf<F>>;
  if constexpr (std::is_void_v<OutputOf<F>>) {
    return PollItem<Item>::ready(std::in_place);
  } else {
    return PollItem<Item>::ready(std::in_place, std::move(output).value());
  }
}

template <class S, class Function>
class Then {
  using Made = std::invoke_result_t<Function&, ItemOf<S>&&>;
  static_assert(Future<Made>, "then(f): f must return a future; for a plain value use map(f)");

 public:
  using Item = ValueOrMonostate<OutputOf<Made>>;
  Then(S&& source, Function function)
      : source_(std::forward<S>(source)), function_(std::move(function)) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (!under_way_) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pending;
      if (!next.value()) return PollItem<Item>::ready();
      under_way_.emplace(std::invoke(function_, std::move(*next.value())));
    }
    Poll<OutputOf<Made>> output = under_way_->poll(cx);
    if (output.is_pending()) return pending;
    PollItem<Item> item = to_item<Made>(std::move(output));
    under_way_.reset();
    return item;
  }

 private:
  StreamPin pin_;
  S source_;
  Function function_;
  std::optional<Made> under_way_;
};

}  // namespace streams

namespace detail {
/// then(f) is chapter 05's, as map(f) is.
template <Stream S, class Function>
streams::Then<S, Function> operator|(S&& source, ThenStep<Function> step) {
  return {std::forward<S>(source), std::move(step.function)};
}
}  // namespace detail

}  // namespace book
