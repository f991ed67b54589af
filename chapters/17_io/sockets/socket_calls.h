// What all sockets share: system calls that end in a system_error with the call's name.
#pragma once

#include <sys/socket.h>

#include "17_io/sockets/address.h"
#include "common/descriptor.h"

namespace book::detail {

/// A new socket: non-blocking, and no child process inherits it.
Descriptor make_socket(int family, int type);

/// A socket option that is a number; on and off are 1 and 0.
void set_option(int fd, int level, int option, int value);
int get_option(int fd, int level, int option);

/// A socket's own end, or the other one.
Address local_address(int fd);
Address peer_address(int fd);
/// Tried often enough, a port where no program listens, in the range that the system hands out, is
/// found to be the socket's own: it is then connected to itself.
bool is_connected_to_itself(int fd);

}  // namespace book::detail
