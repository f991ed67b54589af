// The futures that read: read, read_exact, read_to_end. io.h has the whole list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "04_io_executor/async_fd.h"
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

/// What read(io, buffer) gives. Dropping it loses nothing: what was not read is still there.
template <AsyncRead R>
class [[nodiscard]] Read : PinnedOncePolled {
 public:
  using Output = std::size_t;

  Read(R& io, std::span<char> buffer) : place_(io, Direction::read), buffer_(buffer) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    Poll<std::size_t> got = place_.io().poll_read(cx, buffer_);
    if (got.is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    place_.leave();
    return got;
  }

 private:
  IoPlace<R> place_;
  std::span<char> buffer_;
};

/// What read_exact(io, buffer) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
class [[nodiscard]] ReadExact : PinnedOncePolled {
 public:
  using Output = void;

  ReadExact(R& io, std::span<char> buffer) : place_(io, Direction::read), rest_(buffer) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    while (!rest_.empty()) {
      Poll<std::size_t> got = place_.io().poll_read(cx, rest_);
      if (got.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (got.value() == 0) throw UnexpectedEnd();
      rest_ = rest_.subspan(got.value());
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  IoPlace<R> place_;
  std::span<char> rest_;
};

/// What read_to_end(io, limit) gives. Dropping it half-way loses what it has read so far.
template <AsyncRead R>
class [[nodiscard]] ReadToEnd : PinnedOncePolled {
 public:
  using Output = std::string;

  ReadToEnd(R& io, std::size_t limit) : place_(io, Direction::read), limit_(limit) {}

  Poll<std::string> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    for (;;) {
      if (size_ == text_.size()) grow();
      Poll<std::size_t> got = place_.io().poll_read(cx, std::span<char>(text_).subspan(size_));
      if (got.is_pending()) {
        place_.stay(cx);
        return pin_.pending();
      }
      if (got.value() == 0) break;
      size_ += got.value();
      if (size_ > limit_) throw StreamTooLong(limit_);
    }
    place_.leave();
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  /// Twice the room each time, but at most one byte more than allowed: that one says "too long".
  void grow() {
    constexpr std::size_t kFirst = 1024, kMost = std::numeric_limits<std::size_t>::max();
    const std::size_t allowed = limit_ < kMost ? limit_ + 1 : limit_;
    text_.resize(std::min(std::max(2 * size_, kFirst), allowed));
  }

  IoPlace<R> place_;
  std::size_t limit_;
  std::size_t size_ = 0;  ///< of what was read; text_ has room for more
  std::string text_;
};

namespace detail {
struct ReadFn {
  template <AsyncRead R>
  Read<R> operator()(R& io, std::span<char> buffer) const {
    return {io, buffer};
  }
};
struct ReadExactFn {
  template <AsyncRead R>
  ReadExact<R> operator()(R& io, std::span<char> buffer) const {
    return {io, buffer};
  }
};
struct ReadToEndFn {
  template <AsyncRead R>
  ReadToEnd<R> operator()(R& io, std::size_t limit) const {
    return {io, limit};
  }
};
}  // namespace detail

/// Some bytes into `buffer`, as soon as there are any: how many, or 0 at the stream's end.
inline constexpr detail::ReadFn read{};
/// Fills all of `buffer`. Throws UnexpectedEnd when the stream ends before.
inline constexpr detail::ReadExactFn read_exact{};
/// Everything up to the stream's end, as a std::string. Throws StreamTooLong when that is more than
/// `limit` bytes: whoever is on the other side does not decide how much memory you have.
inline constexpr detail::ReadToEndFn read_to_end{};

}  // namespace book
