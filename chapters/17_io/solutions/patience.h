// A stream with patience: the book's answer to exercise 3.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "02_timer_future/sleep.h"
#include "17_io/bytes/io.h"
#include "common/future.h"

namespace book::exercise {

/// A stream whose reads give up: when nothing has come for `patience`, the stream is at its end.
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class Patient {
 public:
  Patient(S stream, Duration patience) : stream_(std::move(stream)), patience_(patience) {}

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    Poll<std::size_t> came = stream_.poll_read(cx, buffer);
    if (came.is_ready()) {
      limit_.reset();
      return came;
    }
    if (!limit_) limit_.emplace(sleep(patience_));
    if (limit_->poll(cx).is_pending()) return pending;
    limit_.reset();
    return std::size_t{0};
  }

  // Writing stays as it is.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return stream_.poll_write(cx, bytes);
  }
  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_.poll_close(cx); }

  /// A read that has ended, or was dropped, is not to be woken any more: the stream has its waker.
  /// Nor does its time count any more: the next read has a patience of its own.
  void forget(Direction direction, const Waker& waker) noexcept {
    if (direction == Direction::read) limit_.reset();
    if constexpr (requires { stream_.forget(direction, waker); }) stream_.forget(direction, waker);
  }

 private:
  S stream_;
  Duration patience_;
  std::optional<Sleep> limit_;  ///< there while a read waits
};

}  // namespace book::exercise
