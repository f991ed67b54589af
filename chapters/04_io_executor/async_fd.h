// AsyncFd: a file descriptor that futures can read and write. It owns the descriptor, keeps it
// non-blocking, and has a seat in the reactor (common/reactor/io_source.h) for when a call would
// block.
//
//     poll_read ----> worth a try? --no--> the waker is stored: pending
//                         | yes                  ^
//                         v                      |
//                      read(fd) ---- EAGAIN -----+
//                         |
//                         v
//                   so many bytes: ready            (after 128 in one turn of a task: let others
//                                                    have theirs, and go on)
//
// What the book calls set_readable_callback is the arrow to the right. Chapter 04 explains it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>

#include "04_io_executor/io_place.h"
#include "04_io_executor/scheduler.h"
#include "common/descriptor.h"
#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book {

class AsyncFd;

namespace detail {
struct ReadyOp {
  Direction direction;
  Poll<void> operator()(AsyncFd& fd, Context& cx) const;
};
}  // namespace detail

/// What readable() and writable() give.
using Readiness = IoOperation<AsyncFd, detail::ReadyOp>;

class AsyncFd {
 public:
  using Kind = IoSource::Kind;

  /// Owns `fd` from now on and makes it non-blocking: for all who share the descriptor.
  /// Throws std::system_error when that is refused; `fd` is then closed. A terminal is no
  /// Kind::stream, whatever is said here, nor is the reading end of a pipe: it may keep apart what
  /// was written apart, and then a short read does not mean that it is drained.
  AsyncFd(int fd, Kind kind);
  /// For one that was opened non-blocking (accept4, pipe2): no call, and the kind is believed.
  static AsyncFd from_nonblocking(int fd, Kind kind) noexcept { return AsyncFd(kind, fd); }

  /// No task may wait for a descriptor when it moves, or closes.
  AsyncFd(AsyncFd&&) noexcept = default;
  AsyncFd& operator=(AsyncFd&& other) noexcept;

  int fd() const noexcept { return source_.fd(); }
  Kind kind() const noexcept { return kind_; }

  /// Reads what is there, as much as fits. 0 is the end (or an empty `into`). Throws
  /// std::system_error.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> into);
  /// Writes as much as the descriptor takes. Throws std::system_error: EPIPE when there is no
  /// reader any more, if the program ignores SIGPIPE as chapter_main does.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> from);

  /// Futures that are ready when a read, or a write, is worth a try: never late, sometimes early (a
  /// new descriptor is believed to be ready). They borrow this, and hold no buffer while they wait.
  Readiness readable() noexcept;
  Readiness writable() noexcept;

  /// The loop above around any system call that returns -1 and errno, or a count. `asked` is the
  /// count that a call can reach at most: on a stream, less means that there is no more for now.
  template <class Call>
  Poll<std::size_t> poll_call(Direction direction, Context& cx, std::size_t asked, const char* name,
                              Call call) {
    Poll<void> ready = source_.poll_ready(direction, cx);
    // ends: EINTR apart, a call that failed has thrown; and poll_again() asks no more after EAGAIN
    for (; ready.is_ready(); ready = source_.poll_again(direction, cx)) {
      if (turn_is_over()) return yield(cx);
      source_.clear(direction);  // before the call: what comes after it is news
      const auto count = call();
      if (count >= 0) {
        const auto moved = static_cast<std::size_t>(count);
        const bool drained = kind_ == Kind::stream && moved > 0 && moved < asked;
        if (!drained || source_.stops_at_marks()) source_.set(direction);
        return moved;
      }
      if (errno != EAGAIN) after_error(direction, name);
    }
    return pending;
  }

  /// Is this direction worth a try? For futures of other calls than these; see Readiness.
  Poll<void> poll_ready(Direction direction, Context& cx) {
    return source_.poll_ready(direction, cx);
  }
  /// Forgets the waker of a poll that was pending, if it is still stored: for destructors.
  void forget(Direction direction, const Waker& waker) noexcept {
    source_.forget(direction, waker);
  }

  /// Says pending, of a task that has used up its turn; the wake is under way.
  static Pending yield(Context& cx);

 private:
  bool turn_is_over() noexcept { return turn_.is_over(); }

  AsyncFd(Kind kind, int fd) noexcept : descriptor_(fd), kind_(kind), source_(fd, kind) {}

  /// EINTR: try again. Everything else is thrown; the direction stays worth a try.
  void after_error(Direction direction, const char* name);

  // In this order: the reactor forgets the descriptor, then it is closed.
  Descriptor descriptor_;
  Kind kind_;
  TurnMark turn_;
  IoSource source_;
};

inline Poll<void> detail::ReadyOp::operator()(AsyncFd& fd, Context& cx) const {
  return fd.poll_ready(direction, cx);
}

inline Readiness AsyncFd::readable() noexcept {
  return {*this, Direction::read, {Direction::read}};
}
inline Readiness AsyncFd::writable() noexcept {
  return {*this, Direction::write, {Direction::write}};
}

}  // namespace book
