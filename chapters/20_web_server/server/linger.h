// Closing politely. A socket that is closed while something unread lies in it sends a reset, and a
// reset destroys what the other side has not read yet, and what was not even sent: the system keeps
// an answer that the client's window has no room for. So an answer is safe once it is acknowledged.
//
//     we:     answer, "no more from me" --.                .-- close
//     they:   still sending ....... read the answer, close-'        (or our patience is over)
//
// Many a client reads nothing until it has sent everything, be it fifty megabytes that we have
// refused. So it is not the bytes that have a limit here, but the time; and so that no other
// connection waits meanwhile, a turn is short.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>

#include "02_timer_future/sleep.h"
#include "17_io/bytes/io.h"
#include "common/reactor/reactor.h"

namespace book::http {

/// A client that sends nothing for so long has nothing more to send, or has gone.
inline constexpr Duration kLingerQuiet = std::chrono::seconds(1);
/// And one that goes on sending has had its chance.
inline constexpr Duration kLingerMost = std::chrono::seconds(10);

/// How long to linger.
class LingerDeadline {
 public:
  explicit LingerDeadline(Instant now) noexcept : end_(now + kLingerMost) { note_data(now); }
  void note_data(Instant now) noexcept { quiet_ = now + kLingerQuiet; }
  Instant time() const noexcept { return std::min(end_, quiet_); }

 private:
  Instant end_, quiet_;
};

/// Is all that was sent acknowledged, and all that has come read? Then a close destroys nothing.
[[nodiscard]] bool is_settled(int socket) noexcept;

/// Ends the writing side of `stream` and throws away what still comes, until its end, or until the
/// deadline. Then it may be closed.
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Linger : PinnedOncePolled {
 public:
  using Output = void;

  explicit Linger(S& stream) : stream_(stream) {}

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (!deadline_) deadline_.emplace(Reactor::current().now());
    if (!closed_ && stream_.poll_close(cx).is_pending()) return pin_.pending();
    closed_ = true;
    if (is_at_end(cx)) return Poll<void>::ready();
    if (!until_ || until_time_ != deadline_->time()) {
      until_time_ = deadline_->time();
      until_.emplace(sleep_until(until_time_));
    }
    if (until_->poll(cx).is_ready()) return Poll<void>::ready();
    return pin_.pending();
  }

 private:
  static constexpr int kTurn = 16;

  bool is_at_end(Context& cx) {
    std::array<char, 16 * 1024> unwanted;
    for (int reads = 0; reads < kTurn; ++reads) {
      Poll<std::size_t> got = stream_.poll_read(cx, unwanted);
      if (got.is_pending()) return false;
      if (got.value() == 0) return true;
      deadline_->note_data(Reactor::current().now());
    }
    cx.waker().wake_by_ref();  // now the others have their turn
    return false;
  }

  S& stream_;
  std::optional<LingerDeadline> deadline_;  // from the first poll
  std::optional<Sleep> until_;              // the deadline
  Instant until_time_{};
  bool closed_ = false;
};

template <class S>
Linger<S> linger(S& stream) {
  return Linger<S>(stream);
}

/// The opposite, for a client that does not take its answer: closing is a reset then. A polite
/// close would leave megabytes with the system, which goes on offering them for minutes.
void reset_on_close(int socket) noexcept;

}  // namespace book::http
