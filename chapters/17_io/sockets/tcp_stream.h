// TcpStream: one TCP connection, and the ways to get one.
//
//     connect(address)                 one attempt; the system gives up after some two minutes
//     connect(address, 3s)             ETIMEDOUT after three seconds
//     connect(addresses, 3s)           one after the other, three seconds each: the first that
//                                      answers; if none does, the last one's error
//
// Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <span>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io.h"
#include "17_io/sockets/address.h"
#include "17_io/sockets/stream_socket.h"
#include "common/clock.h"
#include "common/future.h"

namespace book {

/// One connection. Reading and writing are for one task each, which may be the same. What it can do
/// as a stream is in stream_socket.h.
class TcpStream : public StreamSocket {
 public:
  /// Owns a connected, non-blocking socket from now on.
  explicit TcpStream(int socket) noexcept : StreamSocket(socket, AsyncFd::Kind::stream) {}

  class [[nodiscard]] Connect;
  class [[nodiscard]] ConnectToAny;
  /// A future of a stream to `address`. Throws std::system_error when it is refused, or when
  /// `patience` has passed since the first poll: ETIMEDOUT.
  static Connect connect(const Address& address, std::optional<Duration> patience = {});
  /// To the first of them that answers, in this order; `patience` is for each. Throws what the last
  /// one threw; std::invalid_argument when there are none.
  static ConnectToAny connect(std::span<const Address> addresses,
                              std::optional<Duration> patience = {});

  /// Send small pieces at once (the default here), or let the system collect them for a while.
  void set_nodelay(bool on);
  bool nodelay() const;

  Address local_address() const;
  Address peer_address() const;
};

/// What TcpStream::connect gives. Dropping it gives the attempt up.
class TcpStream::Connect : PinnedOncePolled {
 public:
  using Output = TcpStream;

  Connect(const Address& address, std::optional<Duration> patience) noexcept
      : address_(address), patience_(patience) {}

  Poll<TcpStream> poll(Context& cx);

 private:
  void start();
  bool is_through(Context& cx);
  void throw_if_refused() const;
  void give_up() noexcept;

  Address address_;
  std::optional<Duration> patience_;
  std::optional<Sleep> alarm_;
  std::optional<TcpStream> stream_;
  std::optional<IoPlace<AsyncFd>> place_;
};

/// What TcpStream::connect gives for several addresses.
class TcpStream::ConnectToAny : PinnedOncePolled {
 public:
  using Output = TcpStream;

  ConnectToAny(std::span<const Address> addresses, std::optional<Duration> patience)
      : addresses_(addresses.begin(), addresses.end()), patience_(patience) {}

  Poll<TcpStream> poll(Context& cx);

 private:
  std::vector<Address> addresses_;
  std::optional<Duration> patience_;
  std::size_t next_ = 0;
  std::optional<Connect> attempt_;
};

inline TcpStream::Connect TcpStream::connect(const Address& address,
                                             std::optional<Duration> patience) {
  return {address, patience};
}
inline TcpStream::ConnectToAny TcpStream::connect(std::span<const Address> addresses,
                                                  std::optional<Duration> patience) {
  return {addresses, patience};
}

}  // namespace book
