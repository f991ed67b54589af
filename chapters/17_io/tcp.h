// TCP: a listener that accepts, and the streams it gives. Both are tried first and waited for
// second: a system call that can be done at once costs nothing but itself.
//
//     poll_read:   worth a try? --no--> wait for the reactor
//                       | yes
//                  clear the bit         what comes from now on sets it again
//                       |
//                  recv  --EAGAIN-->  ask again (and now wait)
//                       | n bytes
//                  n fills the buffer?   set the bit back: there may be more
//                  n is less?            leave it: the socket is drained, no second recv to hear so
//
// Chapter 17 explains it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>

#include "02_timer_future/sleep.h"
#include "17_io/address.h"
#include "17_io/descriptor.h"
#include "17_io/io.h"
#include "common/future.h"
#include "common/io_source.h"

namespace book {

/// One connection. Reading and writing are for one task each (the same or two).
class TcpStream {
 public:
  /// Takes over a connected, non-blocking socket.
  explicit TcpStream(Descriptor socket);
  TcpStream(TcpStream&&) noexcept = default;
  TcpStream& operator=(TcpStream&& other) noexcept;

  class [[nodiscard]] Connect;
  /// A future of a stream to `address`. Throws std::system_error when it is refused.
  static Connect connect(const Address& address);

  /// AsyncRead and AsyncWrite. They throw std::system_error: ECONNRESET, EPIPE and their like.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer);
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes);
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  /// Says that nothing more will be written; the other side reads the end. Reading goes on.
  Poll<void> poll_close(Context&);

  /// A future: ready when a read is worth a try. Waiting for it holds no buffer; whoever uses it
  /// should be prepared for a read that finds nothing after all.
  Readable<TcpStream> readable() noexcept { return Readable<TcpStream>(*this); }
  Poll<void> poll_readable(Context& cx) { return source_.poll_ready(Direction::read, cx); }

  /// No longer wake this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    source_.forget(direction, waker);
  }

  int fd() const noexcept { return socket_.get(); }
  Address local_address() const;
  Address peer_address() const;

 private:
  Descriptor socket_;
  IoSource source_;  // after socket_: it has to go before the socket is closed
};

/// What TcpStream::connect gives.
class TcpStream::Connect {
 public:
  using Output = TcpStream;

  explicit Connect(const Address& address) : address_(address) {}

  Poll<TcpStream> poll(Context& cx);

 private:
  bool finished() const;

  Address address_;
  std::optional<TcpStream> stream_;
  PinGuard pin_;
};

struct ListenOptions {
  int backlog = 4096;         ///< connections that the system completes while we do not accept
  bool reuse_address = true;  ///< a restarted server gets its port back at once
  bool no_delay = true;       ///< of the accepted streams: send small answers at once
};

class TcpListener {
 public:
  /// Throws std::system_error, when the port is in use for instance.
  static TcpListener bind(const Address& address, const ListenOptions& options = {});
  TcpListener(TcpListener&&) noexcept = default;
  TcpListener& operator=(TcpListener&& other) noexcept;

  struct Accepted {
    TcpStream stream;
    Address peer;
  };
  class [[nodiscard]] Accept;
  /// A future of the next connection. One that was given up before it was accepted is passed over;
  /// when the system is out of descriptors, this waits a little and tries again.
  Accept accept() noexcept;

  int fd() const noexcept { return socket_.get(); }
  Address local_address() const;

  /// No longer wake this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    source_.forget(direction, waker);
  }

 private:
  explicit TcpListener(Descriptor socket);

  Descriptor socket_;
  IoSource source_;  // after socket_, as above
};

/// What TcpListener::accept gives.
class TcpListener::Accept {
 public:
  using Output = Accepted;
  /// How long accepting pauses when there is no descriptor for one more connection.
  static constexpr std::chrono::milliseconds kPause{50};

  explicit Accept(TcpListener& listener) noexcept : wait_(listener) {}

  Poll<Accepted> poll(Context& cx);

 private:
  detail::Waiting<TcpListener, Direction::read> wait_;
  std::optional<Sleep> pause_;
  PinGuard pin_;
};

inline TcpStream::Connect TcpStream::connect(const Address& address) { return Connect(address); }
inline TcpListener::Accept TcpListener::accept() noexcept { return Accept(*this); }

}  // namespace book
