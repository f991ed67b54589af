// A stream in memory whose every piece is scripted: for tests of what reads and writes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "17_io/bytes/io.h"
#include "support/counting_waker.h"

namespace book::test {

/// What is to be read, piece by piece; an empty piece is "not now", once. After the last one comes
/// the end, or with `stays_open`, nothing forever. Whoever asks on and on after the end is told
/// so.
struct Source {
  std::deque<std::string> pieces{};
  bool stays_open = false;
  int reads = 0;            ///< that gave something, or the end
  std::size_t largest = 0;  ///< buffer that was offered
  int ends = 0;             ///< reads that gave the end

  Poll<std::size_t> poll_read(Context& cx, std::span<char> buffer) {
    largest = std::max(largest, buffer.size());
    if (pieces.empty() && stays_open) return wait(cx);
    if (!pieces.empty() && pieces.front().empty()) {
      pieces.pop_front();
      cx.waker().wake_by_ref();
      return wait(cx);
    }
    ++reads;
    if (pieces.empty()) return the_end();
    std::string& piece = pieces.front();
    const std::size_t n = piece.copy(buffer.data(), buffer.size());
    piece.erase(0, n);
    if (piece.empty()) pieces.pop_front();
    return n;
  }

 private:
  static constexpr int kPatience = 1000;

  static Poll<std::size_t> wait(Context& cx) {
    cx.waits_for("the next piece");
    return pending;
  }
  std::size_t the_end() {
    if (++ends > kPatience) {
      throw std::logic_error(
          "A read of 0 bytes is the end, and you have read on, a thousand times: leave the loop.");
    }
    return 0;
  }
};

/// Takes what it has room for: `rooms` says how much, write by write; 0 is "not now", once; after
/// the last of them it takes everything. Closing waits as often as it is told to.
struct Sink {
  std::deque<std::size_t> rooms{};
  int close_waits = 0;
  std::string written{};
  int closes = 0;  ///< calls of poll_close
  bool closed = false;

  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    std::size_t room = bytes.size();
    if (!rooms.empty()) {
      room = std::min(room, rooms.front());
      rooms.pop_front();
      if (room == 0) {
        cx.waits_for("room");
        cx.waker().wake_by_ref();
        return pending;
      }
    }
    written.append(bytes.data(), room);
    return room;
  }
  Poll<void> poll_flush(Context&) { return Poll<void>::ready(); }
  Poll<void> poll_close(Context& cx) {
    ++closes;
    if (close_waits-- > 0) {
      cx.waits_for("the end of closing");
      cx.waker().wake_by_ref();
      return pending;
    }
    closed = true;
    return Poll<void>::ready();
  }
};

/// Polls until it is ready, at most `polls` times: ready?
template <class F>
bool poll_for(F& future, int polls) {
  CountingWaker counter;
  Context cx(counter.waker());
  for (int i = 0; i < polls; ++i) {
    if (future.poll(cx).is_ready()) return true;
  }
  return false;
}

/// Polls until it is ready, and gives its output.
template <class F>
OutputOf<F> drive(F&& future) {
  CountingWaker counter;
  Context cx(counter.waker());
  for (;;) {
    Poll<OutputOf<F>> poll = future.poll(cx);
    if (poll.is_ready()) return std::move(poll).value();
  }
}

}  // namespace book::test
