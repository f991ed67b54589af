#include "17_io/sockets/tcp_listener.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "17_io/sockets/socket_calls.h"
#include "common/descriptor.h"

namespace book {

TcpListener TcpListener::bind(const Address& address, const ListenOptions& options) {
  Descriptor socket = detail::make_socket(address.family(), SOCK_STREAM);
  const int fd = socket.get();
  if (options.reuse_address) detail::set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (options.reuse_port) detail::set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  // Accepted sockets inherit it: no system call for each of them.
  if (options.no_delay) detail::set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  if (::bind(fd, address.data(), address.size()) != 0)
    throw_errno(errno, "bind " + address.to_string());
  if (::listen(fd, options.backlog) != 0) throw_errno(errno, "listen " + address.to_string());
  return TcpListener(socket.release());
}

Address TcpListener::local_address() const { return detail::local_address(fd()); }

}  // namespace book
