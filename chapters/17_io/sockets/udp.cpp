#include "17_io/sockets/udp.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "17_io/sockets/socket_calls.h"
#include "common/descriptor.h"

namespace book {

UdpSocket UdpSocket::bind(const Address& address, const UdpOptions& options) {
  Descriptor socket = detail::make_socket(address.family(), SOCK_DGRAM);
  const int fd = socket.get();
  if (options.reuse_address) detail::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port) detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  if (options.broadcast) detail::set_option(fd, SOL_SOCKET, SO_BROADCAST, 1);
  if (::bind(fd, address.data(), address.size()) != 0)
    throw_errno(errno, "bind " + address.to_string());
  return UdpSocket(socket.release());
}

void UdpSocket::connect(const Address& peer) {
  if (::connect(fd(), peer.data(), peer.size()) != 0)
    throw_errno(errno, "connect " + peer.to_string());
}

Poll<std::size_t> UdpSocket::poll_send_to(Context& cx, std::span<const char> bytes,
                                          const Address& to) {
  return socket_.poll_call(Direction::write, cx, bytes.size(), "sendto", [&] {
    return ::sendto(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL, to.data(), to.size());
  });
}

Poll<std::size_t> UdpSocket::poll_send(Context& cx, std::span<const char> bytes) {
  return socket_.poll_call(Direction::write, cx, bytes.size(), "send",
                           [&] { return ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); });
}

Poll<Datagram> UdpSocket::poll_recv_from(Context& cx, std::span<char> buffer) {
  Address from;
  // MSG_TRUNC: the count is how long the datagram was, not how much of it fits.
  const Poll<std::size_t> full =
      socket_.poll_call(Direction::read, cx, buffer.size(), "recvfrom", [&] {
        socklen_t size = Address::capacity();
        return ::recvfrom(fd(), buffer.data(), buffer.size(), MSG_TRUNC, from.data(), &size);
      });
  if (full.is_pending()) return pending;
  return Datagram{std::min(full.value(), buffer.size()), full.value(), from};
}

Poll<Datagram> detail::RecvOp::operator()(UdpSocket& socket, Context& cx) const {
  return socket.poll_recv_from(cx, buffer);
}

Address UdpSocket::local_address() const { return detail::local_address(fd()); }
Address UdpSocket::peer_address() const { return detail::peer_address(fd()); }

}  // namespace book
