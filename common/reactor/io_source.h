// IoSource: one descriptor's seat in a reactor, and the two bits that say how it stands.
//
//     poll_ready(read, cx)    ready: go and try the system call.  pending: you will be woken.
//     clear(read)             before the system call: whatever comes from now on is news
//     set(read)               after it, unless the call said EAGAIN or moved less than asked
//
// A new source believes itself ready in both directions and is not registered anywhere: the first
// system call is simply tried, and only one that would block registers it, once, for good.
//
// **Thread safety**
//   Two tasks may use one source, on two threads, each its own direction. A source is moved and
//   destroyed by one thread alone, while no task waits.
//
// **Invariants**
//   - Once bound to a reactor a source stays bound to it. entry_ is set once, after core_,
//     under the table's mutex.
//   - `pending` means: the waker of the task that polled is in the entry, and the bit was clear
//     after it was put there.
// Chapter 04 explains it.
#pragma once

#include <atomic>
#include <cstdint>
#include <stdexcept>

#include "common/arc.h"
#include "common/poll.h"
#include "common/solo_atomic.h"
#include "common/waker.h"

namespace book {

class Reactor;

namespace detail {
struct IoEntry;
struct ReactorCore;
}  // namespace detail

enum class Direction : unsigned char { read, write };

/// A second task wants to wait for one direction of a descriptor.
class DirectionTaken : public std::logic_error {
 public:
  using logic_error::logic_error;
};

class IoSource {
 public:
  /// On a connected stream or a pipe, a hang-up is the end: it stays ready for good. Elsewhere
  /// (UDP, listeners, eventfds, named pipes that get new writers) EAGAIN clears it like all else.
  enum class Kind : unsigned char { stream, other };

  /// Borrows the descriptor, which has to be non-blocking. Destroy the source before closing it.
  /// One source for a descriptor at a time. A socket that is to connect: call connect() before the
  /// first wait, or its state will be taken for a hang-up.
  IoSource(int fd, Kind kind) noexcept;
  IoSource(IoSource&& other) noexcept;
  IoSource& operator=(IoSource&& other) noexcept;
  ~IoSource();

  int fd() const noexcept { return fd_; }

  /// Is this direction worth a try? Binds to the current reactor when it first has to wait. When
  /// pending, the task of `cx` is this direction's waiter: until it is woken, or forgets.
  /// Throws DirectionTaken when another task waits for the same direction already;
  /// std::logic_error when this is another reactor's thread, and when the source's reactor is gone;
  /// std::system_error when the system refuses to watch the descriptor.
  Poll<void> poll_ready(Direction direction, Context& cx);
  /// Before the system call.
  void clear(Direction direction) noexcept;
  /// After it, if the direction is still worth a try.
  void set(Direction direction) noexcept;
  /// poll_ready, after a call that said EAGAIN: if the direction counted as closed for good, it is
  /// not (a named pipe has a new writer, say). Then the next call is worth a try, once.
  Poll<void> poll_again(Direction direction, Context& cx);
  /// A stream's read that brought less than asked may have stopped at a mark (TCP's urgent data):
  /// there may be more.
  bool stops_at_marks() const noexcept;
  /// Forgets the waiter of one direction, when it is the task of this waker: for destructors, and
  /// for a future that another task goes on polling. Wakes the task if it came here more than once:
  /// another future of it may be waiting, which has no waker any more.
  void forget(Direction direction, const Waker& waker) noexcept;

 private:
  void bind_to_current_reactor();
  static void doubt_end(detail::IoEntry& entry, Direction direction) noexcept;
  void check_reactor() const;
  static void note_shared(detail::IoEntry& entry, Direction direction, bool shared) noexcept;
  Poll<void> wait(detail::IoEntry& entry, Direction direction, Context& cx);
  void leave() noexcept;
  detail::IoEntry* take_entry() noexcept;

  int fd_;
  Kind kind_;
  /// How the source stands as long as it has no entry; always ready when it cannot have one.
  SoloAtomic<std::uint8_t> unbound_bits_;
  std::atomic<detail::IoEntry*> entry_{nullptr};
  Arc<detail::ReactorCore> core_;  ///< what entry_ lives in; set before entry_
};

}  // namespace book
