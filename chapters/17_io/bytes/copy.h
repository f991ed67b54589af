// copy(reader, writer): everything from here to there. copy_bidirectional(a, b): both ways at once,
// which is what a proxy does.
//
//     a  -- read -->  [ a piece ]  -- write -->  b       a's end is passed on: b's writing half is
//     a  <-- write -- [ a piece ]  <-- read --   b       closed, and b may still talk
//
// The writer sets the pace: no read before the last piece is written. A piece is kept only while
// the writer has no room for it, so a copy that waits for something to read holds no buffer.
//
// Dropping one while it waits loses the piece that was read and not yet written, and the caller
// cannot tell where that was: close both streams then. Chapter 17 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "17_io/bytes/io.h"

namespace book {
namespace detail {

/// One direction, to its end. Writes before it reads, reads only what it can keep.
template <AsyncRead R, AsyncWrite W>
class Flow {
 public:
  static constexpr std::size_t kPiece = 8192;

  /// With `closes`, the reader's end is passed on; without, the writer is flushed at the end.
  Flow(R& reader, W& writer, bool closes) noexcept
      : reader_(reader, Direction::read), writer_(writer, Direction::write), closes_(closes) {}

  bool is_done() const noexcept { return state_ == State::done; }
  std::size_t copied() const noexcept { return copied_; }

  /// Ready when it is done; then it may be polled on.
  Poll<void> poll(Context& cx) {
    if (is_done()) return Poll<void>::ready();
    for (int turn = 0; turn < kTurns; ++turn) {
      if (step(cx).is_pending()) return pending;
      if (!is_done()) continue;
      reader_.leave();
      writer_.leave();
      return Poll<void>::ready();
    }
    // Both sides are always ready: let the other direction, and the other tasks, have their turn.
    cx.waits_for("its next turn to copy");
    cx.waker().wake_by_ref();
    return pending;
  }

 private:
  static constexpr int kTurns = 16;
  enum class State : unsigned char { copying, ending, done };

  Poll<void> step(Context& cx) {
    if (state_ == State::ending) return end(cx);
    if (!rest().empty()) return write(cx, rest());
    std::array<char, kPiece> piece;  // on the stack: nothing is kept while the reader has nothing
    const auto got = reader_.poll(cx, [&](R& reader) { return reader.poll_read(cx, piece); });
    if (got.is_pending()) {
      flush_meanwhile(cx);
      return pending;
    }
    if (got.value() == 0) {
      state_ = State::ending;
      return Poll<void>::ready();
    }
    return write(cx, std::string_view(piece.data(), checked(got.value(), kPiece)));
  }

  std::string_view rest() const noexcept { return std::string_view(kept_).substr(written_); }

  /// Writes as much of `bytes` as the writer takes at once, and keeps the others.
  Poll<void> write(Context& cx, std::string_view bytes) {
    const auto taken = writer_.poll(cx, [&](W& writer) { return writer.poll_write(cx, bytes); });
    if (taken.is_ready() && taken.value() == 0) throw UnexpectedEnd(Direction::write);
    const std::size_t n = taken.is_ready() ? checked(taken.value(), bytes.size()) : 0;
    copied_ += n;
    unflushed_ = unflushed_ || n > 0;
    if (n == bytes.size()) {
      std::string().swap(kept_);  // gives its memory back, which an assignment would keep
      written_ = 0;
    } else if (kept_.empty()) {
      kept_ = bytes.substr(n);
    } else {
      written_ += n;
    }
    return taken.is_ready() ? Poll<void>::ready() : Poll<void>(pending);
  }

  /// While nothing comes, what was written shall not lie in a writer that collects.
  void flush_meanwhile(Context& cx) {
    if (!unflushed_) return;
    const auto flushed = writer_.poll(cx, [&](W& writer) { return writer.poll_flush(cx); });
    unflushed_ = flushed.is_pending();
  }

  Poll<void> end(Context& cx) {
    const auto ended = writer_.poll(
        cx, [&](W& writer) { return closes_ ? writer.poll_close(cx) : writer.poll_flush(cx); });
    if (ended.is_pending()) return pending;
    state_ = State::done;
    return Poll<void>::ready();
  }

  IoPlace<R> reader_;
  IoPlace<W> writer_;
  std::string kept_;         // of the piece that the writer had no room for ...
  std::size_t written_ = 0;  // ... so much has gone meanwhile
  std::size_t copied_ = 0;
  State state_ = State::copying;
  bool closes_;
  bool unflushed_ = false;
};

}  // namespace detail

/// What copy(reader, writer) gives.
template <AsyncRead R, AsyncWrite W>
class [[nodiscard]] Copy : PinnedOncePolled {
 public:
  using Output = std::size_t;

  Copy(R& reader, W& writer) noexcept : flow_(reader, writer, false) {}

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    if (flow_.poll(cx).is_pending()) return pin_.pending();
    return flow_.copied();
  }

 private:
  detail::Flow<R, W> flow_;
};

/// How much went which way.
struct BothWays {
  std::size_t a_to_b = 0;
  std::size_t b_to_a = 0;
};

/// What copy_bidirectional(a, b) gives.
template <class A, class B>
class [[nodiscard]] CopyBidirectional : PinnedOncePolled {
 public:
  using Output = BothWays;

  CopyBidirectional(A& a, B& b) noexcept : there_(a, b, true), back_(b, a, true) {}

  Poll<BothWays> poll(Context& cx) {
    pin_.enter();
    const Poll<void> there = there_.poll(cx), back = back_.poll(cx);
    if (there.is_pending() || back.is_pending()) return pin_.pending();
    return BothWays{there_.copied(), back_.copied()};
  }

 private:
  detail::Flow<A, B> there_;
  detail::Flow<B, A> back_;
};

/// Copies to the reader's end, and flushes the writer; does not close it. Gives the number of
/// bytes. Throws what either side throws; that the peer behind the writer no longer reads shows
/// when something is to be written. Borrows both.
template <AsyncRead R, AsyncWrite W>
Copy<R, W> copy(R& reader, W& writer) {
  return {reader, writer};
}

/// Copies both ways until both have ended; the end of one direction closes the writing half that it
/// went to, and the other direction goes on. An error of either ends both. Gives both numbers of
/// bytes. Borrows both.
template <class A, class B>
requires AsyncRead<A> && AsyncWrite<A> && AsyncRead<B> && AsyncWrite<B> CopyBidirectional<A, B>
copy_bidirectional(A& a, B& b) {
  return {a, b};
}

}  // namespace book
