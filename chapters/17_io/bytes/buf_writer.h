// BufWriter: an AsyncWrite that collects, so that many small writes become a few large ones.
//
//      write_all(out, "a")   "b"   "c" ...         one system call when the buffer is full,
//     [ a b c . . . . . . . . capacity ]  ------>  or when you say flush(out)
//
//     BufWriter out(stream);               // borrows; BufWriter out(std::move(stream)) owns
//     for (const auto& row : rows) {
//       co_await write_all(out, row);
//     }
//     co_await flush(out);                 // or close(out)
//
// A destructor cannot await: what was not flushed is lost when it goes. And the other side has not
// seen what is waiting here: flush before you wait for its answer. Chapter 17 explains it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "17_io/bytes/io.h"

namespace book {

/// `W` is a reference when the stream is borrowed.
template <class W>
class BufWriter {
 public:
  static constexpr std::size_t kCapacity = 8192;

  /// The buffer is made when it is first needed.
  explicit BufWriter(W&& writer, std::size_t capacity = kCapacity)
      : writer_(std::forward<W>(writer)), capacity_(capacity) {
    if (capacity == 0) throw std::invalid_argument("a BufWriter without a buffer");
  }

  /// Takes what there is room for, at least one byte; waits only while a full buffer is written. A
  /// write as large as the buffer goes past it when it is empty.
  Poll<std::size_t> poll_write(Context& cx, std::span<const char> bytes) {
    if (buffer_.size() == capacity_ && poll_drain(cx).is_pending()) return pending;
    if (buffer_.empty() && bytes.size() >= capacity_) return writer_.poll_write(cx, bytes);
    const std::size_t n = std::min(bytes.size(), capacity_ - buffer_.size());
    buffer_.append(bytes.data(), n);
    return n;
  }
  Poll<void> poll_flush(Context& cx) {
    return poll_drain(cx).is_pending() ? Poll<void>(pending) : writer_.poll_flush(cx);
  }
  Poll<void> poll_close(Context& cx) {
    return poll_drain(cx).is_pending() ? Poll<void>(pending) : writer_.poll_close(cx);
  }

  /// What the stream below has not taken yet.
  std::string_view buffered() const noexcept { return std::string_view(buffer_).substr(written_); }
  /// The stream inside: for reading from it. What is written to it overtakes what is buffered.
  std::remove_reference_t<W>& inner() noexcept { return writer_; }

  /// No longer wakes this task: for the destructors of futures.
  void forget(Direction direction, const Waker& waker) noexcept {
    if constexpr (requires { writer_.forget(direction, waker); }) writer_.forget(direction, waker);
  }

 private:
  /// Writes all that is buffered. Each turn of the loop takes at least a byte of it.
  Poll<void> poll_drain(Context& cx) {
    while (written_ < buffer_.size()) {
      const Poll<std::size_t> taken = writer_.poll_write(cx, buffered());
      if (taken.is_pending()) return pending;
      if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
      written_ += detail::checked(taken.value(), buffered().size());
    }
    buffer_.clear();
    written_ = 0;
    return Poll<void>::ready();
  }

  W writer_;
  std::size_t capacity_;
  std::string buffer_;
  std::size_t written_ = 0;  ///< so much of it the stream has taken
};

template <class W>
BufWriter(W&&, std::size_t = 0) -> BufWriter<W>;

}  // namespace book
