// Closing politely. A socket that is closed while something unread lies in it sends a reset, and a
// reset destroys what the other side has not read yet: the very answer that says what was wrong.
//
//     we:     answer, "no more from me" --.                .-- close
//     they:   still sending ....... read the answer, close-'        (or our patience is over)
//
// Many a client reads nothing until it has sent everything, be it fifty megabytes that we have
// refused. So it is not the bytes that have a limit here, but the time; and so that nobody else
// waits meanwhile, a turn is short.
#pragma once

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "02_timer_future/sleep.h"
#include "17_io/bytes/io.h"

namespace book::http {

/// A client that sends nothing for so long has nothing more to send, or has gone.
inline constexpr Duration kLingerQuiet = std::chrono::seconds(1);
/// And one that goes on sending has had its chance.
inline constexpr Duration kLingerMost = std::chrono::seconds(10);

/// Ends the writing side of `stream` and throws away what still comes, until its end, or until one
/// of the two times is over. Then it may be closed.
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Linger : PinnedOncePolled {
 public:
  using Output = void;

  explicit Linger(S& stream) : stream_(stream), limit_(sleep(kLingerMost)) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!closed_ && stream_.poll_close(cx).is_pending()) return pin_.pending();
    closed_ = true;
    if (is_at_end(cx) || limit_.poll(cx).is_ready()) return Poll<void>::ready();
    return pin_.pending();
  }

 private:
  static constexpr int kTurn = 16;

  /// Nothing more will come, or nothing has come for long enough.
  bool is_at_end(Context& cx) {
    std::array<char, 16 * 1024> unwanted;
    for (int reads = 0; reads < kTurn; ++reads) {
      Poll<std::size_t> got = stream_.poll_read(cx, unwanted);
      if (got.is_pending()) {
        if (!quiet_) quiet_.emplace(sleep(kLingerQuiet));
        return quiet_->poll(cx).is_ready();
      }
      quiet_.reset();
      if (got.value() == 0) return true;
    }
    cx.waker().wake_by_ref();  // now the others have their turn
    return false;
  }

  S& stream_;
  Sleep limit_;
  std::optional<Sleep> quiet_;  // since the last byte
  bool closed_ = false;
};

template <class S>
Linger<S> linger(S& stream) {
  return Linger<S>(stream);
}

/// The opposite, for a client that does not take its answer: closing is a reset then. A polite
/// close would leave megabytes with the system, which goes on offering them for minutes.
inline void slam_at_close(int socket) noexcept {
  const ::linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace book::http
