// Limited: the next n bytes of a stream, as a stream that ends behind them: a body whose length its
// head has told, one file of an archive.
//
//     Limited body(reader, length);   // borrows `reader`, which stands behind the body afterwards
//     std::string text = co_await read_to_end(body, kMost);
//
//     [ head | body of n bytes | next head ...        Limited sees the body, and then the end
//
// When the stream itself ends before, so does this one: left() says how much was missing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "17_io/bytes/io.h"

namespace book {

/// An AsyncRead. `R` is a reference when the stream is borrowed.
template <class R>
class Limited {
 public:
  Limited(R&& reader, std::uint64_t bytes) : reader_(std::forward<R>(reader)), left_(bytes) {}

  /// 0 is the end: of these bytes, or of the stream.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    const std::span<char> room =
        buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer.size())));
    if (room.empty()) return std::size_t{0};  // not asked: what follows is not for this one
    const Poll<std::size_t> got = reader_.poll_read(cx, room);
    if (got.is_ready()) left_ -= detail::checked(got.value(), room.size());
    return got;
  }

  /// So much has not been read yet.
  std::uint64_t left() const noexcept { return left_; }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { reader_.forget(direction, waker); }) reader_.forget(direction, waker);
  }

 private:
  R reader_;
  std::uint64_t left_;
};

template <class R>
Limited(R&&, std::uint64_t) -> Limited<R>;

}  // namespace book
