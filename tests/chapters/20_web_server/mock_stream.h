// A stream without a socket: plays a client from a script, and keeps what it is sent. Under virtual
// time its pauses take no time at all.
//
//     MockStream({{2s, "GET / HTTP/1.1\r\n"}, {1s, "Host: a\r\n\r\n"}}, seen)
//
// comes after two seconds, goes on after another one, and leaves. A pause begins when somebody
// reads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "02_timer_future/sleep.h"
#include "17_io/bytes/io.h"
#include "common/future.h"

namespace book::http {

/// What the client does after a pause. Without bytes, only the task is woken: for nothing.
struct Line {
  Duration pause{0};
  std::string bytes;
};

/// What became of a MockStream.
struct Seen {
  std::string sent;
  bool closed = false;
};

class MockStream {
 public:
  enum class Then { leaves, stays_silent };

  MockStream(std::deque<Line> script, Seen& seen, Then then = Then::leaves)
      : script_(std::move(script)), seen_(&seen), then_(then) {}

  /// At most so many bytes in one read and in one write; and every second write has to wait.
  MockStream in_pieces_of(std::size_t most) && {
    most_ = most;
    return std::move(*this);
  }

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    for (;;) {
      if (script_.empty()) {
        if (then_ == Then::leaves) return std::size_t{0};
        cx.waits_for("a client that says no more");
        return pending;
      }
      Line& line = script_.front();
      if (!pause_) pause_.emplace(sleep(std::exchange(line.pause, Duration(0))));
      if (!over_ && pause_->poll(cx).is_pending()) return pending;
      over_ = true;
      const std::size_t n = line.bytes.copy(buffer.data(), std::min(buffer.size(), most_));
      line.bytes.erase(0, n);
      if (line.bytes.empty()) next_line();
      if (n > 0) return n;
    }
  }
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    if (most_ != kAll && !std::exchange(had_to_wait_, !had_to_wait_)) {
      cx.waker().wake_by_ref();
      return pending;
    }
    const std::size_t n = std::min(bytes.size(), most_);
    seen_->sent.append(bytes.data(), n);
    return n;
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context&) {
    seen_->closed = true;
    return Poll<void>::ready();
  }

 private:
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  void next_line() {
    script_.pop_front();
    pause_.reset();
    over_ = false;
  }

  std::deque<Line> script_;
  Seen* seen_;
  Then then_;
  std::size_t most_ = kAll;
  std::optional<Sleep> pause_;
  bool over_ = false;
  bool had_to_wait_ = false;
};
static_assert(AsyncRead<MockStream> && AsyncWrite<MockStream>);

}  // namespace book::http
