// Reading and writing bytes, whatever they come from: a socket, a pipe, a mock in a test.
//
//     AsyncRead    poll_read(cx, buffer)     how many bytes came; 0 is the end
//     AsyncWrite   poll_write(cx, bytes)     how many were taken, perhaps not all
//                  poll_flush(cx)            everything taken is on its way
//                  poll_close(cx)            and nothing more will follow
//
// These four are all that a mock implements. A stream may offer two things more:
//
//     poll_write_vectored(cx, pieces)        several pieces in one system call
//     forget(direction, waker)               no longer wakes this task
//
// A stream keeps one waker a direction. A future that is dropped while it waits takes its own back,
// through `forget` (IoPlace does that). A future that calls poll_read by hand, a poll_fn say, and
// does not ask again in the same task has to call forget, too: otherwise another task that comes to
// wait is told that the place is taken.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book {

template <class T>
concept AsyncRead = requires(T& io, Context& cx, std::span<char> buffer) {
  { io.poll_read(cx, buffer) } -> std::same_as<Poll<std::size_t>>;
};

template <class T>
concept AsyncWrite = requires(T& io, Context& cx, std::span<const char> bytes) {
  { io.poll_write(cx, bytes) } -> std::same_as<Poll<std::size_t>>;
  { io.poll_flush(cx) } -> std::same_as<Poll<void>>;
  { io.poll_close(cx) } -> std::same_as<Poll<void>>;
};

/// What is to be written, in several places: a head and a body, say. Written in this order.
using ConstBuffers = std::span<const std::string_view>;

/// One that writes several pieces at once: how many bytes it took, all pieces counted together.
template <class T>
concept VectoredWrite = AsyncWrite<T> && requires(T& io, Context& cx, ConstBuffers pieces) {
  { io.poll_write_vectored(cx, pieces) } -> std::same_as<Poll<std::size_t>>;
};

/// Bytes that a future has to keep alive itself: a std::string that is a temporary, or moved. (A
/// view is a view, whatever it is passed as: what it shows is yours to keep.)
template <class Bytes>
concept OwnedBytes = !std::is_lvalue_reference_v<Bytes> &&
                     !std::is_same_v<std::remove_cv_t<Bytes>, std::string_view> &&
                     std::is_class_v<Bytes> && std::convertible_to<const Bytes&, std::string_view>;

/// The same of a list of pieces: a std::array that is a temporary, say.
template <class List>
concept OwnedBuffers =
    !std::is_lvalue_reference_v<List> && !std::is_same_v<std::remove_cv_t<List>, ConstBuffers> &&
    std::is_class_v<List> && std::convertible_to<const List&, ConstBuffers>;

namespace detail {
[[noreturn]] void throw_overstated(std::size_t claimed, std::size_t asked);

/// What a stream says that it has moved, unless that is more than it was asked to: bytes that were
/// never read, or written. Then it throws std::logic_error.
inline std::size_t checked(std::size_t claimed, std::size_t asked) {
  if (claimed > asked) [[unlikely]]
    throw_overstated(claimed, asked);
  return claimed;
}
}  // namespace detail

/// The stream ended where more was needed: no more to read, or no more taken.
class UnexpectedEnd : public std::runtime_error {
 public:
  explicit UnexpectedEnd(Direction direction = Direction::read)
      : std::runtime_error(direction == Direction::read
                               ? "the stream ended in the middle of what was read"
                               : "the stream takes no more, in the middle of what was written"),
        direction_(direction) {}

  Direction direction() const noexcept { return direction_; }

 private:
  Direction direction_;
};

}  // namespace book
