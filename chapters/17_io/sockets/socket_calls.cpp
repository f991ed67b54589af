#include "17_io/sockets/socket_calls.h"

namespace book::detail {

Descriptor make_socket(int family, int type) {
  Descriptor socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) throw_errno("socket");
  return socket;
}

void set_option(int fd, int level, int option, int value) {
  if (::setsockopt(fd, level, option, &value, sizeof value) != 0) throw_errno("setsockopt");
}

int get_option(int fd, int level, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  if (::getsockopt(fd, level, option, &value, &size) != 0) throw_errno("getsockopt");
  return value;
}

Address local_address(int fd) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getsockname(fd, address.data(), &size) != 0) throw_errno("getsockname");
  return address;
}

Address peer_address(int fd) {
  Address address;
  socklen_t size = Address::capacity();
  if (::getpeername(fd, address.data(), &size) != 0) throw_errno("getpeername");
  return address;
}

bool is_connected_to_itself(int fd) { return local_address(fd) == peer_address(fd); }

}  // namespace book::detail
