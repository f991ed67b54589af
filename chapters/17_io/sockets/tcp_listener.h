// TcpListener: a door at an address, and the connections that come through it. What accepting does
// about trouble is in accept.h. Chapter 17 explains it.
//
//     auto listener = TcpListener::bind(7878);               // of this machine; Address::any(7878)
//     auto incoming = listener.incoming();                   // or accept(), one by one
//     for (;;) {
//       auto accepted = co_await next(incoming);
//       spawn_detached(session(std::move(accepted->stream)));
//     }
#pragma once

#include <cstdint>

#include "04_io_executor/async_fd.h"
#include "17_io/sockets/accept.h"
#include "17_io/sockets/address.h"
#include "17_io/sockets/tcp_stream.h"

namespace book {

struct ListenOptions {
  int backlog = 4096;         ///< connections that the system completes while we do not accept
  bool reuse_address = true;  ///< a restarted server gets its port back at once
  /// Several listeners at one address, each with its own queue; the system spreads connections over
  /// them. For one listener a thread. All of them have to say so, and be of the same user.
  bool reuse_port = false;
  bool no_delay = true;  ///< of the accepted streams: send small answers at once
};

class TcpListener {
 public:
  /// Throws std::system_error, when the port is in use for instance.
  static TcpListener bind(const Address& address, const ListenOptions& options = {});
  /// At a port of this machine, for its own programs: Address::loopback. For all: Address::any.
  static TcpListener bind(std::uint16_t port, const ListenOptions& options = {}) {
    return bind(Address::loopback(port), options);
  }

  struct Accepted {
    TcpStream stream;
    Address peer;
  };
  using Accept = book::Accept<TcpListener>;
  using Incoming = book::Incoming<TcpListener>;

  /// A future of the next connection; only one task may accept, or wait in incoming(). One that was
  /// given up before it was accepted is passed over; when the system is out of descriptors, this
  /// waits a little and tries again.
  Accept accept() & noexcept { return Accept(socket_); }
  /// All connections, as a stream: at most `batch` of them before other tasks have their turn. Only
  /// one task may wait at a listener.
  Incoming incoming(int batch = 64) & { return {socket_, batch}; }
  void incoming(int batch = 64) && = delete;  // it borrows the listener

  int fd() const noexcept { return socket_.fd(); }
  Address local_address() const;

 private:
  explicit TcpListener(int socket) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, AsyncFd::Kind::other)) {}

  AsyncFd socket_;
};

}  // namespace book
