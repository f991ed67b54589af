// TCP: a listener that accepts, and the streams it gives. Both stand on chapter 04's AsyncFd: a
// system call is tried first and waited for second, so one that can be done at once costs nothing
// but itself. A fresh connection is not even known to the reactor until it has to wait.
//
//     TcpListener::bind --> accept() --> TcpStream <-- TcpStream::connect
//                                          |
//                               read, write_all (io.h)
//
// Chapter 17 explains it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "17_io/address.h"
#include "17_io/io.h"
#include "common/future.h"

namespace book {

/// One connection. Reading and writing are for one task each, which may be the same.
class TcpStream {
 public:
  /// Owns a connected, non-blocking socket from now on.
  explicit TcpStream(int socket) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, AsyncFd::Kind::stream)) {}

  class [[nodiscard]] Connect;
  /// A future of a stream to `address`. Throws std::system_error when it is refused.
  static Connect connect(const Address& address);

  /// AsyncRead and AsyncWrite. They throw std::system_error: ECONNRESET, EPIPE and their like.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes);
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  /// Says that nothing more will be written; the other side reads the end. Reading goes on.
  Poll<void> poll_close(Context&);

  /// A future: ready when a read is worth a try. Waiting for it holds no buffer.
  Readiness readable() noexcept { return socket_.readable(); }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    socket_.forget(direction, waker);
  }

  int fd() const noexcept { return socket_.fd(); }
  Address local_address() const;
  Address peer_address() const;

 private:
  AsyncFd socket_;
};

/// What TcpStream::connect gives.
class TcpStream::Connect {
 public:
  using Output = TcpStream;

  explicit Connect(const Address& address) noexcept : address_(address) {}

  Poll<TcpStream> poll(Context& cx);

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  void start();
  void throw_if_refused() const;

  Address address_;
  std::optional<TcpStream> stream_;
  std::optional<IoPlace<AsyncFd>> place_;
};

struct ListenOptions {
  int backlog = 4096;         ///< connections that the system completes while we do not accept
  bool reuse_address = true;  ///< a restarted server gets its port back at once
  bool reuse_port = false;  ///< several listeners share one port, and the system deals out clients
  bool no_delay = true;     ///< of the accepted streams: send small answers at once
};

class TcpListener {
 public:
  /// Throws std::system_error, when the port is in use for instance.
  static TcpListener bind(const Address& address, const ListenOptions& options = {});

  struct Accepted {
    TcpStream stream;
    Address peer;
  };
  class [[nodiscard]] Accept;
  /// A future of the next connection. One that was given up before it was accepted is passed over;
  /// when the system is out of descriptors, this waits a little and tries again.
  Accept accept() noexcept;

  int fd() const noexcept { return socket_.fd(); }
  Address local_address() const;

 private:
  explicit TcpListener(int socket) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, AsyncFd::Kind::other)) {}

  AsyncFd socket_;
};

/// What TcpListener::accept gives.
class TcpListener::Accept {
 public:
  using Output = Accepted;
  /// How long accepting pauses when there is no descriptor for one more connection.
  static constexpr std::chrono::milliseconds kPause{50};

  explicit Accept(AsyncFd& listener) noexcept : place_(listener, Direction::read) {}

  Poll<Accepted> poll(Context& cx);

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  IoPlace<AsyncFd> place_;
  std::optional<Sleep> pause_;
};

inline TcpStream::Connect TcpStream::connect(const Address& address) { return Connect(address); }
inline TcpListener::Accept TcpListener::accept() noexcept { return Accept(socket_); }

}  // namespace book
