#include "17_io/sockets/stream_socket.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "17_io/bytes/gather.h"
#include "17_io/sockets/socket_calls.h"

namespace book {

Poll<std::size_t> StreamSocket::poll_read(Context& cx, std::span<char> buffer) {
  // A recv of nothing would wait for bytes, and leave them there.
  if (buffer.empty()) return std::size_t{0};
  return socket_.poll_call(Direction::read, cx, buffer.size(), "recv",
                           [&] { return ::recv(fd(), buffer.data(), buffer.size(), 0); });
}

Poll<std::size_t> StreamSocket::poll_write(Context& cx, std::span<const char> bytes) {
  // MSG_NOSIGNAL: a peer that has gone is an error here, not a signal that ends the process.
  return socket_.poll_call(Direction::write, cx, bytes.size(), "send",
                           [&] { return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

Poll<std::size_t> StreamSocket::poll_write_vectored(Context& cx, ConstBuffers pieces) {
  detail::Gather gather(pieces);
  msghdr message{};
  message.msg_iov = gather.data();
  message.msg_iovlen = gather.size();
  // Not writev: that has no MSG_NOSIGNAL.
  return socket_.poll_call(Direction::write, cx, gather.bytes(), "sendmsg",
                           [&] { return ::sendmsg(fd(), &message, MSG_NOSIGNAL); });
}

Poll<void> StreamSocket::poll_close(Context&) {
  // ENOTCONN: the other side has reset the connection, which closes it better than we could.
  if (::shutdown(fd(), SHUT_WR) != 0 && errno != ENOTCONN) throw_errno("shutdown");
  return Poll<void>::ready();
}

}  // namespace book
