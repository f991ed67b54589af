// The futures that read: read, read_exact, read_to_end. io.h has the whole list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "04_io_executor/io_place.h"
#include "17_io/bytes/io_concepts.h"
#include "common/future.h"

namespace book {

/// There is more in the stream than read_to_end was allowed to keep.
class StreamTooLong : public std::runtime_error {
 public:
  explicit StreamTooLong(std::size_t limit)
      : std::runtime_error("the stream has more than the " + std::to_string(limit) +
                           " bytes that were allowed"),
        limit_(limit) {}

  std::size_t limit() const noexcept { return limit_; }

 private:
  std::size_t limit_;
};

namespace detail {

struct ReadOp {
  std::span<char> buffer;
  Poll<std::size_t> operator()(auto& io, Context& cx) const { return io.poll_read(cx, buffer); }
};

struct ReadExactOp {
  std::span<char> rest;

  Poll<void> operator()(auto& io, Context& cx) {
    while (!rest.empty()) {
      const Poll<std::size_t> got = io.poll_read(cx, rest);
      if (got.is_pending()) return pending;
      if (got.value() == 0) throw UnexpectedEnd();
      rest = rest.subspan(checked(got.value(), rest.size()));
    }
    return Poll<void>::ready();
  }
};

struct ReadToEndOp {
  static constexpr std::size_t kTurn = 256 * 1024;  ///< bytes, before others have their turn

  std::size_t limit;
  std::size_t size = 0;  ///< of what was read; text has room for more
  std::string text = {};

  Poll<std::string> operator()(auto& io, Context& cx) {
    for (const std::size_t first = size; size - first < kTurn;) {
      if (size == text.size()) grow();
      const std::span<char> room = std::span<char>(text).subspan(size);
      const Poll<std::size_t> got = io.poll_read(cx, room);
      if (got.is_pending()) return pending;
      if (got.value() == 0) {
        text.resize(size);
        return std::move(text);
      }
      size += checked(got.value(), room.size());
      if (size > limit) throw StreamTooLong(limit);
    }
    cx.waits_for("its next turn to read");  // a sender that never stops, and others wait
    cx.waker().wake_by_ref();
    return pending;
  }

  /// Twice the room each time, up to a turn's worth, but at most one byte more than allowed: that
  /// one says "too long".
  void grow() {
    constexpr std::size_t kFirst = 1024, kMost = std::numeric_limits<std::size_t>::max();
    const std::size_t allowed = limit < kMost ? limit + 1 : limit;
    const std::size_t more = std::clamp(size, kFirst, kTurn);
    text.resize(std::min(size + std::min(more, kMost - size), allowed));
  }
};

}  // namespace detail

/// What read(io, buffer) gives. Dropping it loses nothing: what was not read is still there.
template <AsyncRead R>
using Read = IoOperation<R, detail::ReadOp>;

/// What read_exact(io, buffer) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
using ReadExact = IoOperation<R, detail::ReadExactOp>;

/// What read_to_end(io, limit) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
using ReadToEnd = IoOperation<R, detail::ReadToEndOp>;

namespace detail {
struct ReadFn {
  template <AsyncRead R>
  Read<R> operator()(R& io, std::span<char> buffer) const {
    return {io, Direction::read, {buffer}};
  }
};
}  // namespace detail

/// Some bytes into `buffer`, as soon as there are any: how many, or 0 at the stream's end. (A
/// function object, since unistd.h has a function of this name.)
inline constexpr detail::ReadFn read{};

/// Fills all of `buffer`. Throws UnexpectedEnd when the stream ends before.
template <AsyncRead R>
ReadExact<R> read_exact(R& io, std::span<char> buffer) {
  return {io, Direction::read, {buffer}};
}

/// Everything up to the stream's end, as a std::string. Throws StreamTooLong when that is more than
/// `limit` bytes: the sender does not decide how much memory you have.
template <AsyncRead R>
ReadToEnd<R> read_to_end(R& io, std::size_t limit) {
  return {io, Direction::read, {limit}};
}

}  // namespace book
