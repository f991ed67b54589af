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
  for (;;) {
    if (pause_) {
      if (pause_->poll(cx).is_pending()) return pending;
      pause_.reset();
    }
    int error = 0;
    const Poll<int> socket = try_accept(cx, peer, size, error);
    if (socket.is_pending()) return pending;
    if (socket.value() >= 0) {
      refused_ = 0;
      return socket;
    }
    if (is_shortage(error) || ++refused_ == kRefusedInARow) {
      refused_ = 0;
      pause_.emplace(sleep(kAcceptPause));
    }
  }
}

Poll<int> Acceptor::try_accept(Context& cx, sockaddr* peer, socklen_t* size, int& error) {
  const socklen_t capacity = *size;
  int socket = -1;
  try {
    const auto done = place_.poll(cx, [&](AsyncFd& listener) {
      return listener.poll_call(Direction::read, cx, 1, "accept", [&]() -> int {
        *size = capacity;
        socket = ::accept4(listener.fd(), peer, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) return 1;
        error = errno;
        return is_shortage(error) || is_of_the_peer(error) ? 0 : -1;
      });
    });
    if (done.is_pending()) return pending;
  } catch (const std::system_error& failure) {
    // No client is there, and the reactor cannot watch for the next one just now: that is no
    // reason to give up the connections that there are.
    error = failure.code().value();
    if (!is_shortage(error)) throw;
  } catch (const std::bad_alloc&) {
    error = ENOMEM;
  } catch (const DirectionTaken&) {
    throw DirectionTaken(
        "a listener: only one task may accept, and another one does. Let that one spawn a task for "
        "each connection; or give each task a listener of its own (reuse_port)");
  }
  return socket;
}

}  // namespace book::detail
