#include "17_io/sockets/socket_calls.h"

#include <cerrno>
#include <system_error>

namespace book::detail {

void fail(int error, const std::string& call) {
  throw std::system_error(error, std::system_category(), call);
}

Descriptor make_socket(int family, int type) {
  Descriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) fail(errno, "socket");
  return socket;
}

void set_option(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof value) != 0) fail(errno, "setsockopt");
}

int get_option(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(fd, level, option, &value, &size) != 0) fail(errno, "getsockopt");
  return value;
}

Address local_address(int fd) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getsockname(fd, address.data(), &size) != 0) fail(errno, "getsockname");
  return address;
}

Address peer_address(int fd) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getpeername(fd, address.data(), &size) != 0) fail(errno, "getpeername");
  return address;
}

}  // namespace book::detail
