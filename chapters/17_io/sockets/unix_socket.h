// Local sockets: the streams of TCP, between two processes of one machine. No port, no network; a
// file's permissions decide who may connect.
//
//     UnixListener::bind(UnixAddress::path("/run/app.sock")) --> accept() --> UnixStream
//     UnixStream::connect(UnixAddress::path("/run/app.sock"))  ------------> UnixStream
//     UnixStream::pair()                                        two that are connected already
//
// The file outlives a server that was killed, and then no other server can bind there: the address
// is in use, though no server uses it. So bind tries to connect first. Refused: the file is stale,
// and goes. Answered: EADDRINUSE. (Servers that start together do it one by one: they lock the
// folder. If another program keeps it locked, a stale file stays, and is EADDRINUSE.) The
// listener's destructor removes the file, if it is still the one it made. Chapter 17 explains it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "17_io/bytes/io.h"
#include "17_io/sockets/accept.h"
#include "17_io/sockets/stream_socket.h"
#include "17_io/sockets/unix_address.h"
#include "common/future.h"

namespace book {

/// One connection. What it can do as a stream is in stream_socket.h.
class UnixStream : public StreamSocket {
 public:
  /// Owns a connected, non-blocking socket from now on.
  // Not Kind::stream: a descriptor that the peer sends along (SCM_RIGHTS) ends a read before the
  // buffer is full, and there may be more behind it.
  explicit UnixStream(int socket) noexcept : StreamSocket(socket, AsyncFd::Kind::other) {}

  class [[nodiscard]] Connect;
  /// A future of a stream to `address`. Throws std::system_error: ENOENT when there is no such
  /// file, ECONNREFUSED when no server listens there. When the listener's queue is full, this tries
  /// again every few milliseconds: the system has no better word for that.
  static Connect connect(const UnixAddress& address);
  /// Two streams, each the other end of the other.
  static std::pair<UnixStream, UnixStream> pair();
};

/// What UnixStream::connect gives.
class UnixStream::Connect : PinnedOncePolled {
 public:
  using Output = UnixStream;
  static constexpr std::chrono::milliseconds kPause{5};

  explicit Connect(const UnixAddress& address) : address_(address) {}

  Poll<UnixStream> poll(Context& cx);

 private:
  UnixAddress address_;
  std::optional<Sleep> pause_;
};

struct UnixListenOptions {
  int backlog = 4096;
  bool replace_stale = true;  ///< removes a socket's file that no server listens at
};

namespace detail {
/// A socket's file: removed at the end, unless another one has taken its place.
class SocketFile {
 public:
  SocketFile() noexcept = default;
  explicit SocketFile(std::string path);
  SocketFile(SocketFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&& other) noexcept {
    SocketFile old(std::move(other));
    std::swap(path_, old.path_);
    std::swap(device_, old.device_);
    std::swap(inode_, old.inode_);
    return *this;
  }
  ~SocketFile();

 private:
  std::string path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};
}  // namespace detail

class UnixListener {
 public:
  /// Throws std::system_error: EADDRINUSE when a server listens there, or the file is no socket.
  static UnixListener bind(const UnixAddress& address, const UnixListenOptions& options = {});

  struct Accepted {
    UnixStream stream;
    UnixAddress peer;
  };
  using Accept = book::Accept<UnixListener>;
  using Incoming = book::Incoming<UnixListener>;

  /// As those of TcpListener.
  Accept accept() & noexcept { return Accept(socket_); }
  Incoming incoming(int batch = 64) & { return {socket_, batch}; }
  void incoming(int batch = 64) && = delete;  // it borrows the listener

  int fd() const noexcept { return socket_.fd(); }
  const UnixAddress& address() const noexcept { return address_; }

 private:
  UnixListener(int socket, const UnixAddress& address, detail::SocketFile file) noexcept
      : socket_(AsyncFd::from_nonblocking(socket, AsyncFd::Kind::other)),
        address_(address),
        file_(std::move(file)) {}

  // In this order: the file goes while the socket behind it still answers. A moment later it would
  // be stale, and a server that starts might have put its own in that place.
  AsyncFd socket_;
  UnixAddress address_;
  detail::SocketFile file_;
};

inline UnixStream::Connect UnixStream::connect(const UnixAddress& address) {
  return Connect(address);
}

}  // namespace book
