#include "17_io/story/story.h"

#include <sys/socket.h>

namespace book::story {

House::House(ExecutorOptions options)
    : listener_(TcpListener::bind(Address::loopback(0))), executor_(options) {}

void use_small_buffers(int socket) {
  const int bytes = 32 * 1024;
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace book::story
