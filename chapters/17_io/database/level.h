// level(fd, direction): waits at a descriptor that a library reads and writes by itself.
//
//     the reactor tells of news           "bytes have come"          an edge, once
//     a library for poll() asks           "are there bytes?"         a level, as often as it likes
//
// A library may read half of what is there, come back, and find that nobody wakes it: the other
// half is no news. So the question is asked first, by poll() with a limit of 0, and only after a
// "no" the reactor is to tell. The library's data never pass through here. Chapter 17 explains it.
#pragma once

#include <poll.h>

#include <cerrno>

#include "04_io_executor/async_fd.h"
#include "04_io_executor/io_place.h"

namespace book {
namespace detail {

struct LevelOp {
  Direction direction;

  Poll<void> operator()(AsyncFd& fd, Context& cx) const {
    const auto asked = fd.poll_call(direction, cx, 1, "poll", [&] {
      pollfd question{fd.fd(), static_cast<short>(direction == Direction::read ? POLLIN : POLLOUT),
                      0};
      const int ready = ::poll(&question, 1, 0);  // an error or a hang-up counts as ready, too
      if (ready == 0) errno = EAGAIN;
      return ready == 0 ? -1 : ready;
    });
    if (asked.is_pending()) return pending;
    return Poll<void>::ready();
  }
};

}  // namespace detail

using Level = IoOperation<AsyncFd, detail::LevelOp>;

/// A future that is ready as soon as a call in this direction would not block: never early, and as
/// often as it is asked. Borrows `fd`.
inline Level level(AsyncFd& fd, Direction direction) { return {fd, direction, {direction}}; }

}  // namespace book
