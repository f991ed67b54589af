// Exercise 3: a client that says nothing must not stay for ever.
//
//     client   connects . . . . . . . . . . . . . . . . . . . . . (never says a word)
//     server   waits, waits, waits                     |<- patience is over: the end
//
// The server's own time-outs (watch.h) know the server: its lanes, and where a request ends. Here
// is one that knows nothing but streams, and fits around any of them, whatever is spoken on it: a
// stream around a stream. handle_connection takes any stream, so nothing in the server changes:
//
//     handle_connection(Patient(std::move(stream), 30s), site)
//
// Run its test with: make exercise CHAPTER=20
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>

#include "02_timer_future/sleep.h"
#include "17_io/io.h"
#include "common/future.h"

namespace book::http {

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

 private:
  S stream_;
  Duration patience_;
  std::optional<Sleep> limit_;  ///< there while a read waits
};

}  // namespace book::http
