#include "17_io/tcp.h"

#include <netinet/tcp.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

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
  if (ask(fd, address.data(), &size) != 0) fail(errno, "getsockname");
  return address;
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// One try after another: the shape that reading and writing share. `call` is the system call;
/// `whole` is what it would move if nothing held it up.
template <class Call>
Poll<std::size_t> transfer(IoSource& source, Direction direction, Context& cx, std::size_t whole,
                           const char* name, Call call) {
  for (;;) {
    if (source.poll_ready(direction, cx).is_pending()) return pending;
    source.clear(direction);  // before the call: news that comes during it must not be lost
    const ssize_t n = call();
    if (n >= 0) {
      const auto moved = static_cast<std::size_t>(n);
      if (moved == whole || moved == 0) source.set(direction);
      return moved;
    }
    if (would_block(errno)) continue;  // still clear: poll_ready waits now, or knows news
    const int error = errno;
    source.set(direction);
    if (error != EINTR) fail(error, name);
  }
}

}  // namespace

TcpStream::TcpStream(Descriptor socket)
    : socket_(std::move(socket)), source_(socket_.get(), IoSource::Kind::stream) {}

TcpStream& TcpStream::operator=(TcpStream&& other) noexcept {
  source_ = std::move(other.source_);  // first: the old source must not outlive its descriptor
  socket_ = std::move(other.socket_);
  return *this;
}

Poll<std::size_t> TcpStream::poll_read(Context& cx, std::span<char> buffer) {
  return transfer(source_, Direction::read, cx, buffer.size(), "recv",
                  [&] { return ::recv(fd(), buffer.data(), buffer.size(), 0); });
}

Poll<std::size_t> TcpStream::poll_write(Context& cx, std::span<const char> bytes) {
  // MSG_NOSIGNAL: a peer that has gone is an error here, not a signal that ends the process.
  return transfer(source_, Direction::write, cx, bytes.size(), "send",
                  [&] { return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

Poll<void> TcpStream::poll_close(Context&) {
  // ENOTCONN: the other side has reset the connection, which closes it better than we could.
  if (::shutdown(fd(), SHUT_WR) != 0 && errno != ENOTCONN) fail(errno, "shutdown");
  return Poll<void>::ready();
}

Address TcpStream::local_address() const { return address_of(fd(), &::getsockname); }
Address TcpStream::peer_address() const { return address_of(fd(), &::getpeername); }

Poll<TcpStream> TcpStream::Connect::poll(Context& cx) {
  pin_.enter();
  if (!stream_) {
    Descriptor socket = make_socket(address_.family());
    turn_on(socket, IPPROTO_TCP, TCP_NODELAY);
    const int done = ::connect(socket.get(), address_.data(), address_.size());
    if (done != 0 && errno != EINPROGRESS && errno != EINTR)
      fail(errno, "connect " + address_.to_string());
    stream_.emplace(std::move(socket));
    // Only now, with the attempt under way, does the socket have a state worth watching.
    if (done != 0) stream_->source_.clear(Direction::write);
  }
  for (;;) {
    if (stream_->source_.poll_ready(Direction::write, cx).is_pending()) return pin_.pending();
    stream_->source_.clear(Direction::write);
    if (!finished()) continue;
    stream_->source_.set(Direction::write);
    return Poll<TcpStream>::ready(*std::exchange(stream_, std::nullopt));
  }
}

/// A wake does not prove that the attempt has ended: ask the socket.
bool TcpStream::Connect::finished() const {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(stream_->fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) fail(error, "connect " + address_.to_string());
  Address peer;
  size = Address::capacity();
  return ::getpeername(stream_->fd(), peer.data(), &size) == 0;
}

TcpListener::TcpListener(Descriptor socket)
    : socket_(std::move(socket)), source_(socket_.get(), IoSource::Kind::other) {}

TcpListener& TcpListener::operator=(TcpListener&& other) noexcept {
  source_ = std::move(other.source_);
  socket_ = std::move(other.socket_);
  return *this;
}

TcpListener TcpListener::bind(const Address& address, const ListenOptions& options) {
  Descriptor socket = make_socket(address.family());
  if (options.reuse_address) turn_on(socket, SOL_SOCKET, SO_REUSEADDR);
  if (options.no_delay) turn_on(socket, IPPROTO_TCP, TCP_NODELAY);  // accepted sockets inherit it
  if (::bind(socket.get(), address.data(), address.size()) != 0)
    fail(errno, "bind " + address.to_string());
  if (::listen(socket.get(), options.backlog) != 0) fail(errno, "listen " + address.to_string());
  return TcpListener(std::move(socket));
}

Address TcpListener::local_address() const { return address_of(fd(), &::getsockname); }

Poll<TcpListener::Accepted> TcpListener::Accept::poll(Context& cx) {
  pin_.enter();
  TcpListener& listener = wait_.io();
  IoSource& source = listener.source_;
  for (;;) {
    if (pause_) {
      if (pause_->poll(cx).is_pending()) return pin_.pending();
      pause_.reset();
    }
    if (source.poll_ready(Direction::read, cx).is_pending()) return wait_.began(cx), pin_.pending();
    source.clear(Direction::read);
    Address peer;
    socklen_t size = Address::capacity();
    Descriptor socket(::accept4(listener.fd(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      source.set(Direction::read);  // there may be another one
      wait_.ended();
      return Poll<Accepted>::ready(Accepted{TcpStream(std::move(socket)), peer});
    }
    if (would_block(errno)) continue;
    const int error = errno;
    source.set(Direction::read);
    switch (error) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        // The connection stays in the queue and would be reported again and again: let some time
        // pass, in which others may give a descriptor back.
        pause_.emplace(sleep(kPause));
        break;
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        fail(error, "accept");
      default:
        break;  // ECONNABORTED and the errors of one peer's network: the next one, please
    }
  }
}

}  // namespace book
