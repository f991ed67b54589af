// One exchange with the client, as a future: writes the answers that are ready, then waits for what
// comes next.
#pragma once

#include <cstddef>
#include <cstdint>

#include "17_io/bytes/io.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/timeout_queues.h"
#include "common/future.h"

namespace book::http {

/// How an exchange has ended.
enum class ReadResult : std::uint8_t {
  data,       ///< the answers are written, and if there was to be a read, it brought something
  timed_out,  ///< the rest of a head did not come in time
  closed,     ///< there will be no more: the client has closed its side, has asked for nothing or
              ///< taken nothing of its answers for too long, or the server shuts down
};

/// What exchange(stream, talk, timeout, next) gives.
///
/// The wait is what nearly all connections do nearly all the time, so this future holds no buffer
/// meanwhile: one is borrowed at each poll and goes back when the poll brought nothing. (It does
/// not ask the stream to forget it when it is dropped, as read() does: the stream goes with it.)
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Exchange : PinnedOncePolled {
 public:
  using Output = ReadResult;

  Exchange(S& stream, Conversation& talk, ConnectionTimeout& timeout, const Next& next)
      : stream_(stream),
        talk_(talk),
        timeout_(timeout),
        reads_(next.action == Next::read),
        waits_for_(next.waits_for) {}

  Poll<ReadResult> poll(Context& cx) {
    pin_.enter();
    while (!talk_.output().empty()) {
      Poll<std::size_t> taken = stream_.poll_write(cx, talk_.output());
      if (taken.is_pending()) {
        if (timeout_.wait(cx, WaitKind::write) != WaitResult::waiting) return ReadResult::closed;
        return pin_.pending();
      }
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      talk_.sent(book::detail::checked(taken.value(), talk_.output().size()));
      timeout_.restart();
    }
    if (!reads_) return ReadResult::data;

    Poll<std::size_t> got = stream_.poll_read(cx, talk_.room());
    if (got.is_ready()) {
      talk_.received(book::detail::checked(got.value(), talk_.room().size()));
      return got.value() > 0 ? ReadResult::data : ReadResult::closed;
    }
    talk_.received(0);
    const WaitResult result = timeout_.wait(cx, waits_for_);
    if (result == WaitResult::waiting) return pin_.pending();
    const bool is_late = result == WaitResult::timed_out && waits_for_ == WaitKind::head;
    return is_late ? ReadResult::timed_out : ReadResult::closed;
  }

 private:
  S& stream_;
  Conversation& talk_;
  ConnectionTimeout& timeout_;
  bool reads_;
  WaitKind waits_for_;
};

template <class S>
Exchange<S> exchange(S& stream, Conversation& talk, ConnectionTimeout& timeout, const Next& next) {
  return {stream, talk, timeout, next};
}

}  // namespace book::http
