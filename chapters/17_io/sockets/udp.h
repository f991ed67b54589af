// UdpSocket: datagrams. Each is sent whole and comes whole, or does not come; the sender is not
// told which, and the order may change.
//
//     a socket that talks to everybody               one that talks to one other: connect(peer)
//     send_to(bytes, address)                        send(bytes)
//     recv_from(buffer) -> {size, from, ...}         recv(buffer) -> {size, ...}
//
// A datagram that is longer than the buffer is cut off, and what did not fit is gone. `full_size`
// says how long it was; `is_truncated()` asks. An empty datagram is one like any other: a size of 0
// is no end, since there is none.
//
// A connected socket hears that nothing listens at the other end: ECONNREFUSED, once for each time
// the news comes. A task that goes on receiving waits again. Chapter 17 explains it.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io_concepts.h"
#include "17_io/sockets/address.h"

namespace book {

/// What was received.
struct Datagram {
  std::size_t size;       ///< bytes in the buffer
  std::size_t full_size;  ///< bytes that were sent
  Address from;

  bool is_truncated() const noexcept { return full_size > size; }
};

struct UdpOptions {
  bool reuse_address = false;
  bool reuse_port = false;  ///< several sockets at one address; the system spreads what comes
  bool broadcast = false;   ///< may send to a broadcast address
};

class UdpSocket;

namespace detail {
template <class Bytes>
struct SendToOp {
  Bytes bytes;
  Address to;
  Poll<std::size_t> operator()(UdpSocket& socket, Context& cx) const;
};
template <class Bytes>
struct SendOp {
  Bytes bytes;
  Poll<std::size_t> operator()(UdpSocket& socket, Context& cx) const;
};
struct RecvOp {
  std::span<char> buffer;
  Poll<Datagram> operator()(UdpSocket& socket, Context& cx) const;
};
}  // namespace detail

/// Sending and receiving are for one task each, which may be the same.
class UdpSocket {
 public:
  template <class Bytes>
  using SendTo = IoOperation<UdpSocket, detail::SendToOp<Bytes>>;
  template <class Bytes>
  using Send = IoOperation<UdpSocket, detail::SendOp<Bytes>>;
  using Recv = IoOperation<UdpSocket, detail::RecvOp>;

  /// Throws std::system_error, when the port is in use for instance.
  static UdpSocket bind(const Address& address, const UdpOptions& options = {});
  /// At a port of this machine, for its own programs: Address::loopback. For all: Address::any.
  static UdpSocket bind(std::uint16_t port, const UdpOptions& options = {}) {
    return bind(Address::loopback(port), options);
  }
  /// From now on this socket sends to `peer` and hears from no other. Does not wait: nothing is
  /// sent.
  void connect(const Address& peer);

  /// The polls below the futures. They throw std::system_error.
  Poll<std::size_t> poll_send_to(Context& cx, std::span<const char> bytes, const Address& to);
  Poll<std::size_t> poll_send(Context& cx, std::span<const char> bytes);
  Poll<Datagram> poll_recv_from(Context& cx, std::span<char> buffer);

  /// Futures. Dropping one that waits loses no datagram: it was received, or it is still there.
  /// Sending takes all bytes or throws (EMSGSIZE: too long for one datagram).
  /// They borrow the socket and the bytes; of a temporary std::string they keep the bytes.
  SendTo<std::string_view> send_to(std::string_view bytes, const Address& to) & noexcept;
  template <OwnedBytes Bytes>
  SendTo<Bytes> send_to(Bytes&& bytes, const Address& to) & noexcept;
  Send<std::string_view> send(std::string_view bytes) & noexcept;
  template <OwnedBytes Bytes>
  Send<Bytes> send(Bytes&& bytes) & noexcept;
  Recv recv_from(std::span<char> buffer) & noexcept;
  Recv recv(std::span<char> buffer) & noexcept;
  /// Ready when receiving is worth a try. Waiting for it holds no buffer.
  Readiness readable() & noexcept { return socket_.readable(); }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    socket_.forget(direction, waker);
  }

  int fd() const noexcept { return socket_.fd(); }
  Address local_address() const;
  Address peer_address() const;

 private:
  explicit UdpSocket(int socket) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, AsyncFd::Kind::other)) {}

  AsyncFd socket_;
};

namespace detail {
template <class Bytes>
Poll<std::size_t> SendToOp<Bytes>::operator()(UdpSocket& socket, Context& cx) const {
  return socket.poll_send_to(cx, std::string_view(bytes), to);
}
template <class Bytes>
Poll<std::size_t> SendOp<Bytes>::operator()(UdpSocket& socket, Context& cx) const {
  return socket.poll_send(cx, std::string_view(bytes));
}
}  // namespace detail

inline UdpSocket::SendTo<std::string_view> UdpSocket::send_to(std::string_view bytes,
                                                              const Address& to) & noexcept {
  return {*this, Direction::write, {bytes, to}};
}
template <OwnedBytes Bytes>
UdpSocket::SendTo<Bytes> UdpSocket::send_to(Bytes&& bytes, const Address& to) & noexcept {
  return {*this, Direction::write, {std::forward<Bytes>(bytes), to}};
}
inline UdpSocket::Send<std::string_view> UdpSocket::send(std::string_view bytes) & noexcept {
  return {*this, Direction::write, {bytes}};
}
template <OwnedBytes Bytes>
UdpSocket::Send<Bytes> UdpSocket::send(Bytes&& bytes) & noexcept {
  return {*this, Direction::write, {std::forward<Bytes>(bytes)}};
}
inline UdpSocket::Recv UdpSocket::recv_from(std::span<char> buffer) & noexcept {
  return {*this, Direction::read, {buffer}};
}
inline UdpSocket::Recv UdpSocket::recv(std::span<char> buffer) & noexcept {
  return {*this, Direction::read, {buffer}};
}

}  // namespace book
