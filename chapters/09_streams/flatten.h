// s | flatten(): the items of the streams that s gives, one stream after the other. (Several of
// them at once: StreamGroup, merge.h.)
#pragma once

#include <optional>
#include <utility>

#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// The item of a stream; of anything else a type that leads no further than to the sentence below.
template <class Inner>
struct InnerItem {
  using Type = Inner;
};
template <Stream Inner>
struct InnerItem<Inner> {
  using Type = ItemOf<Inner>;
};

template <class S>
class Flatten {
  static_assert(Stream<ItemOf<S>>,
                "flatten(): the items of the stream must be streams. Of ranges make streams first: "
                "s | map([](auto range) { return iter(std::move(range)); }) | flatten()");

 public:
  using Item = typename InnerItem<ItemOf<S>>::Type;
  explicit Flatten(S&& source) : source_(std::forward<S>(source)) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    for (;;) {
      if (inner_) {
        PollItem<Item> next = inner_->poll_next(cx);
        if (next.is_pending() || next.value()) return next;
        inner_.reset();
      }
      PollItem<ItemOf<S>> stream = source_.poll_next(cx);
      if (stream.is_pending()) return pending;
      if (!stream.value()) return PollItem<Item>::ready();
      inner_.emplace(std::move(*stream.value()));
    }
  }

 private:
  StreamPin pin_;
  S source_;
  std::optional<ItemOf<S>> inner_;
};

}  // namespace streams

namespace detail {
struct FlattenFn {
  StreamStep<streams::Flatten> operator()() const { return {}; }
};
}  // namespace detail

inline constexpr detail::FlattenFn flatten{};

}  // namespace book
