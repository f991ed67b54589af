#include "17_io/sockets/accept.h"

#include <cerrno>
#include <new>
#include <system_error>

namespace book::detail {

bool is_shortage(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM ||
         error == ENOSPC;
}

bool is_of_the_peer(int error) noexcept {
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

Poll<int> Acceptor::poll(Context& cx, sockaddr* peer, socklen_t* size) {
  const socklen_t capacity = *size;
  place_.come(cx);
  for (;;) {
    if (pause_) {
      if (pause_->poll(cx).is_pending()) return pending;
      pause_.reset();
    }
    AsyncFd& listener = place_.io();
    int socket = -1, error = 0;
    try {
      const auto done = listener.poll_call(Direction::read, cx, 1, "accept", [&]() -> int {
        *size = capacity;
        socket = ::accept4(listener.fd(), peer, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) return 1;
        error = errno;
        return is_shortage(error) || is_of_the_peer(error) ? 0 : -1;
      });
      if (done.is_pending()) {
        place_.stay(cx);
        return pending;
      }
    } catch (const std::system_error& failure) {
      // Nobody is there, and the reactor can not watch for the next one just now: that is no
      // reason to give up the connections that there are.
      error = failure.code().value();
      if (!is_shortage(error)) throw;
    } catch (const std::bad_alloc&) {
      error = ENOMEM;
    }
    if (socket >= 0) {
      place_.leave();
      return socket;
    }
    if (is_shortage(error)) pause_.emplace(sleep(kAcceptPause));
  }
}

}  // namespace book::detail
