// Exercise 3: somebody who says nothing must not stay forever.
//
//     they   connect . . . . . . . . . . . . . . . . . . . . . (and never say a word)
//     you    wait, wait, wait                     |<- your patience is over: the end
//
// timeout (chapter 10) would do, around every read, and in every function that reads. This one is a
// stream around a stream, as BufReader is: put it around any stream, once, and each reader that it
// is given to has patience, whatever is spoken there and whoever wrote it.
//
//     Patient client(std::move(stream), 30s);
//     co_await echo(client);                      // which knows nothing of it
//
// Run its test with: make exercise CHAPTER=17
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
    // TODO: ask the stream first.
    //   - It has something? The waiting is over: no limit any more.
    //   - It has nothing? Then there has to be a limit: sleep(patience_), made when the waiting
    //     begins, and asked at every poll.
    //   - The limit has passed? Say that this is the end: a read of zero bytes.
    return stream_.poll_read(cx, buffer);
  }

  // Writing stays as it is.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    return stream_.poll_write(cx, bytes);
  }
  Poll<void> poll_flush(Context& cx) { return stream_.poll_flush(cx); }
  Poll<void> poll_close(Context& cx) { return stream_.poll_close(cx); }

  /// A read that has ended, or was dropped, is not to be woken any more: the stream has its waker.
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { stream_.forget(direction, waker); }) stream_.forget(direction, waker);
  }

 private:
  S stream_;
  Duration patience_;
  std::optional<Sleep> limit_;  ///< there while a read waits
};

}  // namespace book::exercise
