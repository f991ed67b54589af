// s | flatten_unordered(limit): the items of the streams that s gives, of up to `limit` of them at
// once, each item as it comes.
//
//     connections | map(messages) | flatten_unordered(100)
//
//     flatten():             [ first stream ][ second stream ][ third ...      one after the other
//     flatten_unordered(2):  [ first stream          ][ third ...              two places
//                            [ second stream ][ fourth   ]
//
// s is asked for a stream when a place is free, and not before. A stream that throws leaves its
// place; what it threw comes out, and the others may be asked on. (Any number at once, and from
// anywhere: StreamGroup, merge.h.)
#pragma once

#include <cstddef>
#include <utility>

#include "09_streams/merge.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S, class Count>
class FlattenUnordered {
  static_assert(Stream<ItemOf<S>>, "flatten_unordered(n): the items of the stream must be streams");

 public:
  using Item = ItemOf<ItemOf<S>>;
  FlattenUnordered(S&& source, Count limit) : source_(std::forward<S>(source)), limit_(limit) {}

  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    for (;;) {
      const bool asked_in_vain = fill(cx);
      if (under_way_.empty()) return ended_ ? PollItem<Item>::ready() : PollItem<Item>(pending);
      PollItem<Item> next = under_way_.poll_next(cx);
      if (next.is_ready() && next.value()) return next;
      // A stream that has ended has left a place, for which the source was not asked yet.
      const bool may_fill = !ended_ && !asked_in_vain && under_way_.size() < limit_;
      if (next.is_pending() && !may_fill) return pending;
    }
  }

  /// How many streams are under way.
  std::size_t size() const noexcept { return under_way_.size(); }

 private:
  /// True when the source is pending: it has kept the waker.
  bool fill(Context& cx) {
    while (!ended_ && under_way_.size() < limit_) {
      PollItem<ItemOf<S>> stream = source_.poll_next(cx);
      if (stream.is_pending()) return true;
      ended_ = !stream.value().has_value();
      if (!ended_) under_way_.insert_quietly(std::move(*stream.value()));
    }
    return false;
  }

  StreamPin pin_;
  S source_;
  Count limit_;
  StreamGroup<ItemOf<S>> under_way_;
  bool ended_ = false;  // the source
};

}  // namespace streams

/// Throws std::invalid_argument when `limit` is 0.
inline detail::StreamStep<streams::FlattenUnordered, std::size_t> flatten_unordered(
    std::size_t limit) {
  return {{detail::at_least_one(limit, "flatten_unordered")}};
}

}  // namespace book
