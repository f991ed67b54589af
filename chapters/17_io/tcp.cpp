#include "17_io/tcp.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "17_io/descriptor.h"

namespace book {
namespace {

[[noreturn]] void fail(int error, const std::string& call) {
  throw std::system_error(error, std::system_category(), call);
}

Descriptor make_socket(int family) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail(errno, "socket");
  return socket;
}

void turn_on(const Descriptor& socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket.get(), level, option, &on, sizeof on);
}

Address address_of(int fd, int (*ask)(int, sockaddr*, socklen_t*)) {
  Address address;
  socklen_t size = Address::capacity();
  if (ask(fd, address.data(), &size) != 0) fail(errno, "address of a socket");
  return address;
}

/// Is there a descriptor, or memory, missing that another task may give back?
bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/// Errors that say something about one would-be connection, not about the listener.
bool is_of_the_peer(int error) {
  switch (error) {
    case ECONNABORTED:
    case EPROTO:
    case EPERM:  // a firewall's word
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ETIMEDOUT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Poll<std::size_t> TcpStream::poll_read(Context& cx, std::span<char> buffer) {
  return socket_.poll_call(Direction::read, cx, buffer.size(), "recv",
                           [&] { return ::recv(fd(), buffer.data(), buffer.size(), 0); });
}

Poll<std::size_t> TcpStream::poll_write(Context& cx, std::span<const char> bytes) {
  // MSG_NOSIGNAL: a peer that has gone is an error here, not a signal that ends the process.
  return socket_.poll_call(Direction::write, cx, bytes.size(), "send",
                           [&] { return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

Poll<void> TcpStream::poll_close(Context&) {
  // ENOTCONN: the other side has reset the connection, which closes it better than we could.
  if (::shutdown(fd(), SHUT_WR) != 0 && errno != ENOTCONN) fail(errno, "shutdown");
  return Poll<void>::ready();
}

Address TcpStream::local_address() const { return address_of(fd(), &::getsockname); }
Address TcpStream::peer_address() const { return address_of(fd(), &::getpeername); }

/// The attempt takes a while, and ends when the socket can be written to. So the reactor has to
/// watch it from when it was begun, not before: a socket that does not even try is "writable", too.
Poll<TcpStream> TcpStream::Connect::poll(Context& cx) {
  pin_.enter();
  if (!stream_) start();
  place_->come(cx);
  // Asking the socket is the system call that is tried first here, as recv is for a read.
  const auto done = stream_->socket_.poll_call(Direction::write, cx, 1, "connect", [&]() -> int {
    throw_if_refused();
    Address peer;
    socklen_t size = Address::capacity();
    if (::getpeername(stream_->fd(), peer.data(), &size) == 0) return 1;
    errno = EAGAIN;
    return -1;
  });
  if (done.is_pending()) {
    place_->stay(cx);
    return pin_.pending();
  }
  place_.reset();
  return Poll<TcpStream>::ready(*std::exchange(stream_, std::nullopt));
}

void TcpStream::Connect::start() {
  Descriptor socket = make_socket(address_.family());
  turn_on(socket, IPPROTO_TCP, TCP_NODELAY);
  if (::connect(socket.get(), address_.data(), address_.size()) != 0 && errno != EINPROGRESS &&
      errno != EINTR) {
    fail(errno, "connect " + address_.to_string());
  }
  stream_.emplace(socket.release());
  place_.emplace(stream_->socket_, Direction::write);
}

void TcpStream::Connect::throw_if_refused() const {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(stream_->fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) fail(error, "connect " + address_.to_string());
}

TcpListener TcpListener::bind(const Address& address, const ListenOptions& options) {
  Descriptor socket = make_socket(address.family());
  if (options.reuse_address) turn_on(socket, SOL_SOCKET, SO_REUSEADDR);
  if (options.reuse_port) turn_on(socket, SOL_SOCKET, SO_REUSEPORT);
  if (options.no_delay) turn_on(socket, IPPROTO_TCP, TCP_NODELAY);  // accepted sockets inherit it
  if (::bind(socket.get(), address.data(), address.size()) != 0)
    fail(errno, "bind " + address.to_string());
  if (::listen(socket.get(), options.backlog) != 0) fail(errno, "listen " + address.to_string());
  return TcpListener(socket.release());
}

Address TcpListener::local_address() const { return address_of(fd(), &::getsockname); }

Poll<TcpListener::Accepted> TcpListener::Accept::poll(Context& cx) {
  pin_.enter();
  place_.come(cx);
  for (;;) {
    if (pause_) {
      if (pause_->poll(cx).is_pending()) return pin_.pending();
      pause_.reset();
    }
    AsyncFd& listener = place_.io();
    Address peer;
    int socket = -1, error = 0;
    const auto done = listener.poll_call(Direction::read, cx, 1, "accept", [&]() -> int {
      socklen_t size = Address::capacity();
      socket = ::accept4(listener.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket >= 0) return 1;
      error = errno;
      return is_shortage(error) || is_of_the_peer(error) ? 0 : -1;
    });
    if (done.is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    if (socket >= 0) {
      place_.leave();
      return Poll<Accepted>::ready(Accepted{TcpStream(socket), peer});
    }
    // The connection stays in the queue and would be reported again and again: let some time pass,
    // in which others may give a descriptor back.
    if (is_shortage(error)) pause_.emplace(sleep(kPause));
  }
}

}  // namespace book
