// Closing politely. A socket that is closed while something unread lies in it sends a reset, and a
// reset destroys what the other side has not read yet: the very answer that says what was wrong.
//
//     we:     answer, "no more from me" --.                .-- close
//     they:   still sending ....... read the answer, close-'        (or a second has passed)
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "02_timer_future/sleep.h"
#include "17_io/io.h"

namespace book::http {

/// Ends the writing side of `stream` and throws away what still comes: until its end, for a second
/// or a megabyte, whichever is first. Then it may be closed.
template <class S>
requires AsyncRead<S> && AsyncWrite<S>
class [[nodiscard]] Linger {
 public:
  using Output = void;

  explicit Linger(S& stream) : stream_(stream), limit_(sleep(std::chrono::seconds(1))) {}

  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (first && stream_.poll_close(cx).is_pending()) return pin_.pending();
    if (limit_.poll(cx).is_ready()) return Poll<void>::ready();
    std::array<char, 4096> unwanted;
    while (thrown_away_ < kMost) {
      Poll<std::size_t> got = stream_.poll_read(cx, unwanted);
      if (got.is_pending()) return pin_.pending();
      if (got.value() == 0) break;
      thrown_away_ += got.value();
    }
    return Poll<void>::ready();
  }

 private:
  static constexpr std::size_t kMost = 1024 * 1024;

  PinGuard pin_;  // first: a move that it refuses leaves the rest alone
  S& stream_;
  Sleep limit_;
  std::size_t thrown_away_ = 0;
};

template <class S>
Linger<S> linger(S& stream) {
  return Linger<S>(stream);
}

}  // namespace book::http
