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
//                   so many bytes: ready
//
// What the book calls set_readable_callback is the arrow to the right. Chapter 04 explains it.
#pragma once

#include <cerrno>
#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book {

class Readiness;

class AsyncFd {
 public:
  using Kind = IoSource::Kind;

  /// Owns `fd` from now on and makes it non-blocking: for everybody who shares the descriptor.
  /// Throws std::system_error when that is refused; `fd` is then closed.
  AsyncFd(int fd, Kind kind);
  /// The same for a descriptor that was opened non-blocking (accept4, pipe2): no system call.
  static AsyncFd from_nonblocking(int fd, Kind kind) noexcept { return AsyncFd(kind, fd); }

  /// Nobody may wait for a descriptor when it moves, or closes.
  AsyncFd(AsyncFd&&) noexcept = default;
  AsyncFd& operator=(AsyncFd&& other) noexcept;

  int fd() const noexcept { return source_.fd(); }
  Kind kind() const noexcept { return kind_; }

  /// Reads what is there, as much as fits. 0 is the end (or an empty `into`). Throws
  /// std::system_error.
  Poll<std::size_t> poll_read(Context& cx, std::span<char> into);
  /// Writes as much as the descriptor takes. Throws std::system_error: EPIPE when nobody reads any
  /// more, if the program ignores SIGPIPE as chapter_main does.
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
    while (source_.poll_ready(direction, cx).is_ready()) {
      source_.clear(direction);  // before the call: what comes after it is news
      const auto count = call();
      if (count >= 0) {
        const auto moved = static_cast<std::size_t>(count);
        const bool drained = kind_ == Kind::stream && moved > 0 && moved < asked;
        if (!drained || source_.stops_at_marks()) source_.set(direction);
        return moved;
      }
      if (errno != EAGAIN && errno != EWOULDBLOCK) after_error(direction, name);
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

 private:
  struct Owned {
    explicit Owned(int fd) noexcept : fd(fd) {}
    Owned(Owned&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
    ~Owned();
    int fd;
  };

  AsyncFd(Kind kind, int fd) noexcept : owned_(fd), kind_(kind), source_(fd, kind) {}

  /// EINTR: try again. Everything else is thrown; the direction stays worth a try.
  void after_error(Direction direction, const char* name);

  // In this order: the reactor forgets the descriptor, then it is closed.
  Owned owned_;
  Kind kind_;
  IoSource source_;
};

/// A future's place at something that keeps one waker a direction, such as an AsyncFd: gives it up
/// when the future is dropped, or goes on in another task. (What has no forget() has no places.)
template <class Io>
class IoPlace {
 public:
  IoPlace(Io& io, Direction direction) noexcept : io_(&io), direction_(direction) {}
  IoPlace(IoPlace&&) = default;
  IoPlace& operator=(IoPlace&&) = delete;
  ~IoPlace() { leave(); }

  Io& io() const noexcept { return *io_; }

  /// Before a poll of it.
  void come(const Context& cx) {
    if (!waker_.will_wake(cx.waker())) leave();
  }
  /// After one that was pending.
  void stay(const Context& cx) {
    if (!waker_) waker_ = cx.waker();
  }
  /// After one that was ready: another future of the same task may be the next to wait there.
  void leave() noexcept {
    if (!waker_) return;
    const Waker waker = std::exchange(waker_, Waker());
    if constexpr (requires { io_->forget(direction_, waker); }) io_->forget(direction_, waker);
  }

 private:
  Io* io_;
  Direction direction_;
  Waker waker_;  // of the last poll, while pending: it names whom to forget
};

/// What readable() and writable() give.
class [[nodiscard]] Readiness : PinnedOncePolled {
 public:
  using Output = void;

  Readiness(AsyncFd& fd, Direction direction) noexcept
      : direction_(direction), place_(fd, direction) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    place_.come(cx);
    if (place_.io().poll_ready(direction_, cx).is_pending()) {
      place_.stay(cx);
      return pin_.pending();
    }
    place_.leave();
    return Poll<void>::ready();
  }

 private:
  Direction direction_;
  IoPlace<AsyncFd> place_;
};

inline Readiness AsyncFd::readable() noexcept { return {*this, Direction::read}; }
inline Readiness AsyncFd::writable() noexcept { return {*this, Direction::write}; }

}  // namespace book
