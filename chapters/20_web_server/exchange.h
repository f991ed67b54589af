// One exchange with the client, as a future: writes the answers that are ready, then waits for what
// comes next.
#pragma once

#include <cstddef>

#include "17_io/io.h"
#include "20_web_server/conversation.h"
#include "common/future.h"

namespace book::http {

/// What exchange(stream, talk, next) gives: false when the client has closed its side.
///
/// The wait is what nearly all connections do nearly all the time, so this future holds no buffer
/// meanwhile: one is borrowed at each poll and goes back when the poll brought nothing. (It does
/// not ask the stream to forget it when it is dropped, as read() does: the stream goes with it.)
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Exchange {
 public:
  using Output = bool;

  Exchange(S& stream, Conversation& talk, bool reads)
      : stream_(stream), talk_(talk), reads_(reads) {}

  Poll<bool> poll(Context& cx) {
    pin_.enter();
    while (!talk_.output().empty()) {
      Poll<std::size_t> taken = stream_.poll_write(cx, talk_.output());
      if (taken.is_pending()) return pin_.pending();
      if (taken.value() == 0) throw UnexpectedEnd();
      talk_.sent(taken.value());
    }
    if (!reads_) return true;

    Poll<std::size_t> came = stream_.poll_read(cx, talk_.room());
    if (came.is_ready()) talk_.received(came.value());
    talk_.give_back_buffers();
    if (came.is_pending()) return pin_.pending();
    return came.value() > 0;
  }

 private:
  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  S& stream_;
  Conversation& talk_;
  bool reads_;
};

template <class S>
Exchange<S> exchange(S& stream, Conversation& talk, Next next) {
  return {stream, talk, next == Next::read};
}

}  // namespace book::http
