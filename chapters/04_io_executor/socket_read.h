// SocketRead: chapter 01's future once more, now with a waker in its Context. What comes next on a
// socket, as text; an empty text is the end.
#pragma once

#include <cstddef>
#include <string>

#include "04_io_executor/async_fd.h"
#include "common/future.h"

namespace book {

/// Borrows the socket. Destroying it leaves what it did not read in the socket.
class [[nodiscard]] SocketRead : PinnedOncePolled {
 public:
  using Output = std::string;

  explicit SocketRead(AsyncFd& socket) noexcept : place_(socket, Direction::read) {}

  Poll<std::string> poll(Context& cx) {
    pin_.enter();
    char buffer[4096];
    const auto count =
        place_.poll(cx, [&](AsyncFd& socket) { return socket.poll_read(cx, buffer); });
    if (count.is_pending()) return pin_.pending();
    return std::string(buffer, count.value());
  }

 private:
  IoPlace<AsyncFd> place_;
};

}  // namespace book
