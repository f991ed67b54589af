// From a stream of futures to a stream of what they end with, several of them under way at once.
//
//     urls | map(download) | buffered(3)             the pages, in the order of the urls
//     urls | map(download) | buffer_unordered(3)     the pages, in the order in which they come
//
//     buffered(3):          [ done, waits for its turn ][ under way ][ done ]     three places
//     buffer_unordered(3):  [ under way ][ under way ][ under way ]               three futures
//
// The source is asked for a future when a place is free, and not before. A future that throws ends
// the stream: the others are dropped at once, and no more are asked for.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "07_join/maybe_done.h"
#include "08_select/futures_unordered.h"
#include "09_streams/stream_step.h"
#include "09_streams/then.h"

namespace book {
namespace streams {

template <class S, class Count>
class BufferUnordered {
  using F = ItemOf<S>;
  static_assert(Future<F>, "buffer_unordered(n): the items of the stream must be futures");

 public:
  using Item = ValueOrMonostate<OutputOf<F>>;
  BufferUnordered(S&& source, Count limit) : source_(std::forward<S>(source)), limit_(limit) {}

  PollItem<Item> poll_next(Context& cx) {
    try {
      while (!ended_ && under_way_.size() < limit_) {
        PollItem<F> next = source_.poll_next(cx);
        if (next.is_pending()) break;
        ended_ = !next.value().has_value();
        if (!ended_) under_way_.push_quietly(std::move(*next.value()));
      }
      if (!under_way_.empty()) return under_way_.poll_next(cx);
    } catch (...) {
      under_way_.clear();
      ended_ = true;
      throw;
    }
    return ended_ ? PollItem<Item>::ready() : PollItem<Item>(pending);
  }

  /// How many futures are under way.
  std::size_t size() const noexcept { return under_way_.size(); }

 private:
  S source_;
  Count limit_;
  FuturesUnordered<F> under_way_;
  bool ended_ = false;  // the source; or everything, by an exception
};

/// A future that remembers which one it is.
template <Future F>
class Numbered : PinnedOncePolled {
 public:
  struct Output {
    std::size_t number;
    ValueOrMonostate<OutputOf<F>> value;
  };
  Numbered(std::size_t number, F&& future) : number_(number), future_(std::move(future)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<OutputOf<F>> output = future_.poll(cx);
    if (output.is_pending()) return pin_.pending();
    return Poll<Output>::ready(Output{number_, *to_item<F>(std::move(output)).value()});
  }

 private:
  std::size_t number_;
  F future_;
};

template <class S, class Count>
class Buffered {
  using F = ItemOf<S>;
  static_assert(Future<F>, "buffered(n): the items of the stream must be futures");

 public:
  using Item = ValueOrMonostate<OutputOf<F>>;
  Buffered(S&& source, Count limit) : source_(std::forward<S>(source)), limit_(limit) {}

  PollItem<Item> poll_next(Context& cx) {
    try {
      fill(cx);
      while (!places_.empty() && !places_.front()) {
        auto done = under_way_.poll_next(cx);
        if (done.is_pending()) return pending;
        places_[done.value()->number - first_].emplace(std::move(done.value()->value));
      }
    } catch (...) {
      under_way_.clear();
      places_.clear();
      ended_ = true;
      throw;
    }
    if (places_.empty()) return ended_ ? PollItem<Item>::ready() : PollItem<Item>(pending);
    PollItem<Item> item = PollItem<Item>::ready(std::move(places_.front()));
    places_.pop_front();
    ++first_;
    return item;
  }

  /// How many futures are under way: not those that are done and wait for their turn.
  std::size_t size() const noexcept { return under_way_.size(); }

 private:
  void fill(Context& cx) {
    while (!ended_ && places_.size() < limit_) {
      PollItem<F> next = source_.poll_next(cx);
      if (next.is_pending()) return;
      ended_ = !next.value().has_value();
      if (ended_) return;
      under_way_.push_quietly(Numbered<F>(first_ + places_.size(), std::move(*next.value())));
      places_.emplace_back();
    }
  }

  S source_;
  Count limit_;
  FuturesUnordered<Numbered<F>> under_way_;
  std::deque<std::optional<Item>> places_;  // in order; empty while its future is under way
  std::size_t first_ = 0;                   // the number of the first place
  bool ended_ = false;                      // the source; or everything, by an exception
};

}  // namespace streams

namespace detail {
struct BufferedFn {
  /// Throws std::invalid_argument when `limit` is 0.
  StreamStep<streams::Buffered, std::size_t> operator()(std::size_t limit) const {
    return {{at_least_one(limit, "buffered")}};
  }
};
struct BufferUnorderedFn {
  StreamStep<streams::BufferUnordered, std::size_t> operator()(std::size_t limit) const {
    return {{at_least_one(limit, "buffer_unordered")}};
  }
};
}  // namespace detail

inline constexpr detail::BufferedFn buffered{};
inline constexpr detail::BufferUnorderedFn buffer_unordered{};

}  // namespace book
