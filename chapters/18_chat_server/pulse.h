// Pulse<S>: a stream, and when a byte last went through it, in each direction. Who sends is alive;
// who takes what we send is not stuck. Both doors have one around their connection.
// Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "17_io/bytes/io_concepts.h"
#include "common/clock.h"
#include "common/reactor/reactor.h"

namespace book::chat {

/// An AsyncRead and an AsyncWrite. Made inside a task: it looks at the clock.
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class Pulse {
 public:
  explicit Pulse(S stream)
      : stream_(std::move(stream)), heard_(Reactor::current().coarse_now()), moved_(heard_) {}

  /// When bytes last came; at first, when it was made.
  Instant heard() const noexcept { return heard_; }
  /// When the connection last took some.
  Instant moved() const noexcept { return moved_; }

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    return note(heard_, stream_.poll_read(cx, buffer));
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return note(moved_, stream_.poll_write(cx, bytes));
  }
  Poll<std::size_t> poll_write_vectored(Context& cx,
                                        ConstBuffers pieces) requires VectoredWrite<S> {
    return note(moved_, stream_.poll_write_vectored(cx, pieces));
  }
  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_.poll_close(cx); }
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { stream_.forget(direction, waker); }) stream_.forget(direction, waker);
  }

 private:
  static Poll<std::size_t> note(Instant& when, Poll<std::size_t> moved) {
    if (moved.is_ready() && moved.value() > 0) when = Reactor::current().coarse_now();
    return moved;
  }

  S stream_;
  Instant heard_, moved_;
};

}  // namespace book::chat
