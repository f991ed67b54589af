// StreamSocket: what a TcpStream and a UnixStream have in common, which is nearly everything: bytes
// come and go, in order, until one side says that it has finished. Chapter 17 explains it.
//
//     poll_read      recv                       tried first; the reactor is told only when it waits
//     poll_write     send, MSG_NOSIGNAL         a peer that has gone is EPIPE, not a signal
//     poll_close     shutdown(SHUT_WR)          the other side reads the end
//     destructor     close
#pragma once

#include <cstddef>
#include <span>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io_concepts.h"

namespace book {

/// One connection. Reading and writing are for one task each, which may be the same.
class StreamSocket {
 public:
  /// AsyncRead and AsyncWrite. They throw std::system_error: ECONNRESET, EPIPE and their like.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes);
  /// Takes the first 64 pieces at most.
  Poll<std::size_t> poll_write_vectored(Context& cx, ConstBuffers pieces);
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  /// Says that nothing more will be written; the other side reads the end. Reading goes on.
  Poll<void> poll_close(Context&);

  /// A future: ready when a read is worth a try. Waiting for it holds no buffer.
  Readiness readable() & noexcept { return socket_.readable(); }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    socket_.forget(direction, waker);
  }

  int fd() const noexcept { return socket_.fd(); }

 protected:
  /// Owns a connected, non-blocking socket from now on.
  StreamSocket(int socket, AsyncFd::Kind kind) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, kind)) {}

  AsyncFd socket_;
};

}  // namespace book
