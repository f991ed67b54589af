// The futures of this chapter's story: hand-written, as coroutines only come in chapter 05.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/async_fd.h"
#include "common/future.h"

namespace book::story {

/// Two ends of a connection, inside this process.
struct SocketPair {
  AsyncFd near;
  AsyncFd far;

  static SocketPair open() {
    std::array<int, 2> fds;
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) < 0) {
      throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    return {AsyncFd::from_nonblocking(fds[0], AsyncFd::Kind::stream),
            AsyncFd::from_nonblocking(fds[1], AsyncFd::Kind::stream)};
  }
};

/// Reads one byte, and then calls `done`.
template <class Done>
class [[nodiscard]] ReadByte {
 public:
  using Output = void;

  ReadByte(AsyncFd& socket, Done done) : socket_(&socket), done_(std::move(done)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    char byte;
    Poll<std::size_t> read = socket_->poll_read(cx, {&byte, 1});
    if (read.is_pending()) return pin_.pending();
    done_();
    return Poll<void>::ready();
  }

 private:
  AsyncFd* socket_;
  Done done_;
  PinGuard pin_;
};

/// Sleeps, and then writes one byte: the news that the others wait for.
class [[nodiscard]] SendLater {
 public:
  using Output = void;

  SendLater(Duration wait, AsyncFd& socket) : sleep_(sleep(wait)), socket_(&socket) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!slept_) {
      if (sleep_.poll(cx).is_pending()) return pin_.pending();
      slept_ = true;
    }
    const char byte = '!';
    Poll<std::size_t> written = socket_->poll_write(cx, {&byte, 1});
    if (written.is_pending()) return pin_.pending();
    return Poll<void>::ready();
  }

 private:
  Sleep sleep_;
  AsyncFd* socket_;
  bool slept_ = false;
  PinGuard pin_;
};

/// The mistake of part 4: pending, without having stored the waker anywhere.
class [[nodiscard]] Forgetful {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    pin_.enter();
    cx.waits_for("somebody whom it forgot to tell");
    return pin_.pending();
  }

 private:
  PinGuard pin_;
};

}  // namespace book::story
