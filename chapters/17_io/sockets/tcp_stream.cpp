#include "17_io/sockets/tcp_stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "17_io/sockets/socket_calls.h"
#include "common/descriptor.h"

namespace book {

void TcpStream::set_nodelay(bool on) { detail::set_option(fd(), IPPROTO_TCP, TCP_NODELAY, on); }
bool TcpStream::nodelay() const { return detail::get_option(fd(), IPPROTO_TCP, TCP_NODELAY) != 0; }

Address TcpStream::local_address() const { return detail::local_address(fd()); }
Address TcpStream::peer_address() const { return detail::peer_address(fd()); }

/// The attempt takes a while, and ends when the socket can be written to. So the reactor has to
/// watch it from when it was begun, not before: a socket that does not even try is "writable", too.
Poll<TcpStream> TcpStream::Connect::poll(Context& cx) {
  pin_.enter();
  try {
    if (!stream_) start();
    if (!is_through(cx)) return pin_.pending();
  } catch (...) {
    give_up();  // its socket is closed now, however long this future is kept
    throw;
  }
  TcpStream stream = std::move(*stream_);
  give_up();
  return Poll<TcpStream>::ready(std::move(stream));
}

bool TcpStream::Connect::is_through(Context& cx) {
  // Asking the socket is the system call that is tried first here, as recv is for a read.
  const auto done = place_->poll(cx, [&](AsyncFd& socket) {
    return socket.poll_call(Direction::write, cx, 1, "connect", [&]() -> int {
      throw_if_refused();
      Address peer;
      socklen_t size = Address::capacity();
      if (::getpeername(socket.fd(), peer.data(), &size) != 0) {
        errno = EAGAIN;
        return -1;
      }
      if (detail::is_connected_to_itself(socket.fd()))
        throw_errno(ECONNREFUSED, "connect " + address_.to_string());
      return 1;
    });
  });
  if (done.is_pending()) {
    if (patience_ && !alarm_) alarm_.emplace(sleep(*patience_));
    if (alarm_ && alarm_->poll(cx).is_ready())
      throw_errno(ETIMEDOUT, "connect " + address_.to_string());
    return false;
  }
  return true;
}

void TcpStream::Connect::give_up() noexcept {
  alarm_.reset();
  place_.reset();
  stream_.reset();
}

void TcpStream::Connect::start() {
  Descriptor socket = detail::make_socket(address_.family(), SOCK_STREAM);
  detail::set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  if (::connect(socket.get(), address_.data(), address_.size()) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    throw_errno(errno, "connect " + address_.to_string());
  }
  stream_.emplace(socket.release());
  place_.emplace(stream_->socket_, Direction::write);
}

void TcpStream::Connect::throw_if_refused() const {
  const int error = detail::get_option(stream_->fd(), SOL_SOCKET, SO_ERROR);
  if (error != 0) throw_errno(error, "connect " + address_.to_string());
}

Poll<TcpStream> TcpStream::ConnectToAny::poll(Context& cx) {
  pin_.enter();
  if (addresses_.empty()) throw std::invalid_argument("connect: no address to connect to");
  // ends: each turn takes one address more
  for (;;) {
    if (!attempt_) attempt_.emplace(addresses_[next_++], patience_);
    try {
      Poll<TcpStream> stream = attempt_->poll(cx);
      if (stream.is_pending()) return pin_.pending();
      attempt_.reset();
      return stream;
    } catch (const std::system_error&) {
      if (next_ == addresses_.size()) throw;
    }
    attempt_.reset();
  }
}

}  // namespace book
