// Several items as one: s | chunks(n) waits until it has n of them (the last chunk may be smaller);
// s | ready_chunks(n) takes what is there now, n at the most, and waits only when nothing is.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "09_streams/stream_step.h"

namespace book {
namespace streams {

/// The items that it has so far are its own: dropped with it, and when the source throws.
template <class S, class Count>
class Chunks {
 public:
  using Item = std::vector<ItemOf<S>>;
  Chunks(S&& source, Count size) : source_(std::forward<S>(source)), size_(size) {}

  PollItem<Item> poll_next(Context& cx) {
    while (!ended_ && chunk_.size() < size_) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) return pending;
      ended_ = !next.value().has_value();
      if (!ended_) chunk_.push_back(std::move(*next.value()));
    }
    if (chunk_.empty()) return PollItem<Item>::ready();
    return PollItem<Item>::ready(std::exchange(chunk_, {}));
  }

 private:
  S source_;
  Count size_;
  Item chunk_;
  bool ended_ = false;
};

template <class S, class Count>
class ReadyChunks {
 public:
  using Item = std::vector<ItemOf<S>>;
  ReadyChunks(S&& source, Count size) : source_(std::forward<S>(source)), size_(size) {}

  PollItem<Item> poll_next(Context& cx) {
    Item chunk;
    while (!ended_ && chunk.size() < size_) {
      PollItem<ItemOf<S>> next = source_.poll_next(cx);
      if (next.is_pending()) {
        if (chunk.empty()) return pending;
        break;
      }
      ended_ = !next.value().has_value();
      if (!ended_) chunk.push_back(std::move(*next.value()));
    }
    if (chunk.empty()) return PollItem<Item>::ready();
    return PollItem<Item>::ready(std::move(chunk));
  }

 private:
  S source_;
  Count size_;
  bool ended_ = false;
};

}  // namespace streams

namespace detail {
struct ChunksFn {
  /// Throws std::invalid_argument when `size` is 0.
  StreamStep<streams::Chunks, std::size_t> operator()(std::size_t size) const {
    return {{at_least_one(size, "chunks")}};
  }
};
struct ReadyChunksFn {
  StreamStep<streams::ReadyChunks, std::size_t> operator()(std::size_t size) const {
    return {{at_least_one(size, "ready_chunks")}};
  }
};
}  // namespace detail

inline constexpr detail::ChunksFn chunks{};
inline constexpr detail::ReadyChunksFn ready_chunks{};

}  // namespace book
