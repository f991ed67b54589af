// A future that writes into a buffer it does not own, and one that owns both the buffer and that
// future: the smallest state machine that points into itself.
//
//     FirstWord
//     +---------+---------------------------+
//     | guard   |  buffer_  [. . . . . . .] |
//     |         +------------^--------------+
//     |         |   into_ *--+              |
//     |         |  read_: FillBuffer        |
//     +---------+---------------------------+
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "05_async_await/async.h"
#include "common/future.h"

namespace book::story {

/// Something that arrives later. One reader at a time, and all of it on one thread.
class Letterbox {
 public:
  /// Wakes the task that waits for it, if there is one.
  void deliver(std::string text) {
    text_ = std::move(text);
    std::exchange(reader_, Waker()).wake();
  }

 private:
  friend class FillBuffer;
  std::optional<std::string> text_;
  Waker reader_;
};

/// Copies what arrives into a buffer, as much as it holds, and gives the number of characters. The
/// letterbox and the buffer have to outlive it, and to stay where they are.
class [[nodiscard]] FillBuffer : PinnedOncePolled {
 public:
  using Output = std::size_t;
  FillBuffer(Letterbox& letterbox, std::span<char> into) : letterbox_(&letterbox), into_(into) {}
  FillBuffer(FillBuffer&&) = default;
  ~FillBuffer() {
    if (waits_) letterbox_->reader_ = Waker();
  }

  Poll<std::size_t> poll(Context& cx) {
    pin_.enter();
    waits_ = !letterbox_->text_;
    if (waits_) {
      cx.store(letterbox_->reader_, "a letter");
      return pin_.pending();
    }
    const std::string text = *std::exchange(letterbox_->text_, std::nullopt);
    const std::size_t size = std::min(text.size(), into_.size());
    std::copy_n(text.begin(), size, into_.begin());
    return size;
  }

 private:
  Letterbox* letterbox_;
  std::span<char> into_;
  bool waits_ = false;
};

/// By the compiler: the frame holds the buffer, and the future that points into it.
Async<std::string> first_word(Letterbox& letterbox);

/// By hand: what the compiler makes of it, except that this object is no frame on the heap.
class [[nodiscard]] FirstWord : PinnedOncePolled {
 public:
  using Output = std::string;
  explicit FirstWord(Letterbox& letterbox) : letterbox_(&letterbox) {}

  Poll<std::string> poll(Context& cx) {
    pin_.enter();
    if (!read_) read_.emplace(*letterbox_, buffer_);  // not before the first poll: it could move
    Poll<std::size_t> size = read_->poll(cx);
    if (size.is_pending()) return pin_.pending();
    return std::string(buffer_.data(), size.value());
  }

 private:
  Letterbox* letterbox_;
  std::array<char, 16> buffer_{};
  std::optional<FillBuffer> read_;
};

}  // namespace book::story
