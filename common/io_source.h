// IoSource: one descriptor's seat in a reactor, and the two bits that say how it stands.
//
//     poll_ready(read, cx)    ready: go and try the system call.  pending: you will be woken.
//     clear(read)             before the system call: whatever comes from now on is news
//     set(read)               after it, unless the call said EAGAIN or moved less than asked
//
// A new source believes itself ready in both directions and is not registered anywhere: the first
// system call is simply tried, and only one that would block registers it, once, for good.
// Chapter 04 explains it.
#pragma once

#include <cstdint>

#include "common/poll.h"
#include "common/waker.h"

namespace book {

class Reactor;

enum class Direction : unsigned char { read, write };

class IoSource {
 public:
  /// On a connected stream or a pipe, a hang-up is the end: it stays ready for good. Elsewhere
  /// (UDP, listeners, eventfds) EAGAIN clears it like everything else.
  enum class Kind : unsigned char { stream, other };

  /// Borrows the descriptor, which has to be non-blocking. Destroy the source before closing it.
  IoSource(int fd, Kind kind) noexcept;
  IoSource(IoSource&& other) noexcept;
  IoSource& operator=(IoSource&& other) noexcept;
  ~IoSource();

  int fd() const noexcept;

  /// Is this direction worth a try? Binds to the current reactor when it first has to wait. Throws
  /// std::logic_error when another task waits for the same direction, or on another reactor's
  /// thread; std::system_error when the system refuses to watch the descriptor.
  Poll<void> poll_ready(Direction direction, Context& cx);
  void clear(Direction direction) noexcept;
  void set(Direction direction) noexcept;
  /// Forgets the waiter of one direction, when it is the task of this waker: for destructors.
  void forget(Direction direction, const Waker& waker) noexcept;
};

}  // namespace book
