// Buffers that connections borrow while there is something in them. A thousand idle connections
// hold none at all.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace book::http {

/// What has come and was not used yet.
class InputBuffer {
 public:
  /// As much as the longest head: one that fills it is an error, so there is always room.
  static constexpr std::size_t kSize = 8192;

  bool empty() const noexcept { return begin_ == end_; }
  /// Did the last read take all the room there was? Then there may be more to come at once.
  bool full() const noexcept { return end_ == kSize; }
  std::string_view bytes() const noexcept { return {memory_ + begin_, end_ - begin_}; }

  /// Where to read to; then tell received().
  std::span<char> room() noexcept {
    if (begin_ > 0) {
      std::memmove(memory_, memory_ + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    return {memory_ + end_, kSize - end_};
  }
  void received(std::size_t n) noexcept { end_ += n; }

  void consume(std::size_t n) noexcept {
    begin_ += n;
    if (empty()) begin_ = end_ = 0;
  }

 private:
  std::size_t begin_ = 0, end_ = 0;
  char memory_[kSize];
};

/// Answers that are composed and not yet written. Grows when it has to.
class OutputBuffer {
 public:
  /// As much as is ever put into room().
  static constexpr std::size_t kFull = 64 * 1024;

  bool empty() const noexcept { return begin_ == end_; }
  std::string_view bytes() const noexcept { return {memory_.get() + begin_, end_ - begin_}; }

  void append(std::string_view text) {
    if (size_ - end_ < text.size()) [[unlikely]]
      grow(text.size());
    std::memcpy(memory_.get() + end_, text.data(), text.size());
    end_ += text.size();
  }
  /// Where to put more, until there are kFull bytes in it; then tell added().
  std::span<char> room() {
    if (size_ < kFull) grow(kFull - end_);
    return {memory_.get() + end_, size_ - end_};
  }
  void added(std::size_t n) noexcept { end_ += n; }

  void sent(std::size_t n) noexcept {
    begin_ += n;
    if (empty()) begin_ = end_ = 0;
  }

 private:
  void grow(std::size_t more) {
    const std::size_t size = std::max({std::size_t{8192}, 2 * size_, end_ + more});
    auto memory = std::make_unique_for_overwrite<char[]>(size);
    if (end_ > 0) std::memcpy(memory.get(), memory_.get(), end_);
    memory_ = std::move(memory);
    size_ = size;
  }

  std::unique_ptr<char[]> memory_;
  std::size_t size_ = 0, begin_ = 0, end_ = 0;
};

/// Buffers that no connection needs just now. Keeps a few, lets the others go.
template <class Buffer>
class Pool {
 public:
  std::unique_ptr<Buffer> take() {
    if (count_ == 0) return std::unique_ptr<Buffer>(new Buffer);  // its memory is not wiped
    return std::move(kept_[--count_]);
  }
  /// Takes back an empty one.
  void give_back(std::unique_ptr<Buffer>& buffer) noexcept {
    if (count_ < kept_.size())
      kept_[count_++] = std::move(buffer);
    else
      buffer.reset();
  }

 private:
  std::array<std::unique_ptr<Buffer>, 64> kept_;
  std::size_t count_ = 0;
};

}  // namespace book::http
