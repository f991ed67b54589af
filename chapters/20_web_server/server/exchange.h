// One exchange with the client, as a future: writes the answers that are ready, then waits for what
// comes next.
#pragma once

#include <cstddef>
#include <utility>

#include "17_io/bytes/io.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/watch.h"
#include "common/future.h"

namespace book::http {

/// How an exchange has ended.
enum class Came {
  something,  ///< the answers are written, and if there was to be a read, it brought something
  too_late,   ///< the rest of a head did not come in time
  end,  ///< nothing more will: the client has closed its side, asks for nothing any more, or does
        ///< not take its answers
};

/// What exchange(stream, talk, watch, next) gives.
///
/// The wait is what nearly all connections do nearly all the time, so this future holds no buffer
/// meanwhile: one is borrowed at each poll and goes back when the poll brought nothing. (It does
/// not ask the stream to forget it when it is dropped, as read() does: the stream goes with it.)
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Exchange : PinnedOncePolled {
 public:
  using Output = Came;

  Exchange(S& stream, Conversation& talk, Watch& watch, bool reads)
      : stream_(stream), talk_(talk), watch_(watch), reads_(reads) {}

  Poll<Came> poll(Context& cx) {
    pin_.enter();
    while (!talk_.output().empty()) {
      Poll<std::size_t> taken = stream_.poll_write(cx, talk_.output());
      if (taken.is_pending()) {
        talk_.held_up();
        if (watch_.wait(cx, Waits::write, std::exchange(moved_, false))) return Came::end;
        return pin_.pending();
      }
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      talk_.sent(taken.value());
      moved_ = true;
    }
    if (!reads_) return Came::something;

    Poll<std::size_t> came = stream_.poll_read(cx, talk_.room());
    if (came.is_ready()) talk_.received(came.value());
    talk_.give_back_buffers();
    if (came.is_pending()) {
      const Waits what = talk_.waits_for();
      if (!watch_.wait(cx, what, talk_.take_answered())) return pin_.pending();
      return what == Waits::head && watch_.is_late() ? Came::too_late : Came::end;
    }
    return came.value() > 0 ? Came::something : Came::end;
  }

 private:
  S& stream_;
  Conversation& talk_;
  Watch& watch_;
  bool reads_;
  bool moved_ = true;  // since the wait for the client to take something began
};

template <class S>
Exchange<S> exchange(S& stream, Conversation& talk, Watch& watch, Next next) {
  return {stream, talk, watch, next == Next::read};
}

}  // namespace book::http
