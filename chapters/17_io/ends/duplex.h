// duplex(capacity): two streams in memory, each the other end of the other. For tests, and wherever
// two tasks of one thread talk as if over a connection, without a socket and without a system call.
//
//                 write --> [ . . . . capacity bytes ] --> read
//     one side                                                   the other side
//                  read <-- [ . . . . capacity bytes ] <-- write
//
// A full buffer makes the writer wait, an empty one the reader. Nothing here depends on the system,
// so in virtual time a whole conversation, time-outs included, is exact. Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "04_io_executor/io_place.h"
#include "common/future.h"

namespace book {

class DuplexStream;

namespace detail {
class DuplexPipe;
struct DuplexReadyOp {
  Poll<void> operator()(DuplexStream& stream, Context& cx) const;
};
}  // namespace detail

/// One side: an AsyncRead and an AsyncWrite. Reading and writing are for one task each, which may
/// be the same; a second one that has to wait throws std::logic_error, as at a socket. Both sides
/// stay on one thread. Destroying a side is the end for the other's reader, once it has read what
/// is there, and EPIPE for its writer. (Only a socket can be reset.)
class DuplexStream {
 public:
  DuplexStream(std::shared_ptr<detail::DuplexPipe> in, std::shared_ptr<detail::DuplexPipe> out);
  DuplexStream(DuplexStream&&) noexcept = default;
  DuplexStream& operator=(DuplexStream other) noexcept {
    std::swap(in_, other.in_);
    std::swap(out_, other.out_);
    return *this;
  }
  ~DuplexStream();

  /// 0 is the end: the other side has closed, or is gone, and everything it wrote was read.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  /// Throws std::system_error (EPIPE) when the other side is gone, and after poll_close.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes);
  /// Ready: what is written can be read.
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  /// The other side reads the end, after what was written. Reading goes on. Closing twice is
  /// harmless.
  Poll<void> poll_close(Context&);

  using Readable = IoOperation<DuplexStream, detail::DuplexReadyOp>;
  /// A future: ready when a read would be. Waiting for it holds no buffer.
  Readable readable() & noexcept;

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept;

 private:
  friend struct detail::DuplexReadyOp;
  Poll<void> poll_readable(Context& cx);

  std::shared_ptr<detail::DuplexPipe> in_, out_;
};

inline DuplexStream::Readable DuplexStream::readable() & noexcept {
  return {*this, Direction::read, {}};
}

namespace detail {
struct DuplexFn {
  std::pair<DuplexStream, DuplexStream> operator()(std::size_t capacity) const;
};
}  // namespace detail

/// auto ends = duplex(64);
/// auto& [client, server] = ends;
/// At most so many bytes are on their way in each direction. Throws std::invalid_argument when that
/// is 0.
inline constexpr detail::DuplexFn duplex{};

}  // namespace book
