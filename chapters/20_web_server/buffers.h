// Buffers that connections borrow while there is something in them. A thousand idle connections
// hold none at all.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace book::http {

/// Things that are dear to make and cheap to use again. Keeps a few, drops the rest.
template <class T>
class Pool {
 public:
  /// A used one, or an empty T.
  T take() {
    if (kept_.empty()) return T();
    T thing = std::move(kept_.back());
    kept_.pop_back();
    return thing;
  }
  void give_back(T&& thing) {
    if (kept_.size() < kMostKept) kept_.push_back(std::move(thing));
  }

 private:
  static constexpr std::size_t kMostKept = 64;
  std::vector<T> kept_;
};

/// What has come and was not used yet. Borrows its memory from a pool when room is asked for, and
/// gives it back when it is empty.
class InputBuffer {
 public:
  /// As much as the longest head: one that fills it is an error, so there is always room.
  static constexpr std::size_t kSize = 8192;
  using Memory = std::unique_ptr<char[]>;

  explicit InputBuffer(Pool<Memory>& pool) noexcept : pool_(&pool) {}
  InputBuffer(const InputBuffer&) = delete;
  InputBuffer& operator=(const InputBuffer&) = delete;
  ~InputBuffer() {
    if (memory_) pool_->give_back(std::move(memory_));
  }

  bool empty() const noexcept { return begin_ == end_; }
  std::string_view bytes() const noexcept {
    return {memory_.get() + begin_, std::size_t{end_ - begin_}};
  }

  /// Where to read to; then tell filled().
  std::span<char> room() {
    if (!memory_) {
      memory_ = pool_->take();
      if (!memory_) memory_ = std::make_unique_for_overwrite<char[]>(kSize);
    }
    if (begin_ > 0) {
      std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
      end_ -= std::exchange(begin_, 0);
    }
    return {memory_.get() + end_, kSize - end_};
  }
  void filled(std::size_t n) noexcept { end_ += static_cast<unsigned>(n); }

  void consume(std::size_t n) noexcept {
    begin_ += static_cast<unsigned>(n);
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void give_back_if_empty() {
    if (memory_ && empty()) pool_->give_back(std::move(memory_));
  }

 private:
  Pool<Memory>* pool_;
  Memory memory_;
  unsigned begin_ = 0, end_ = 0;
};

/// Answers that are composed and not yet written: borrowed memory, too, which grows when it has to.
class OutputBuffer {
 public:
  struct Memory {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;
  };

  explicit OutputBuffer(Pool<Memory>& pool) noexcept : pool_(&pool) {}
  OutputBuffer(const OutputBuffer&) = delete;
  OutputBuffer& operator=(const OutputBuffer&) = delete;

  bool empty() const noexcept { return begin_ == end_; }
  std::string_view bytes() const noexcept { return {memory_.bytes.get() + begin_, end_ - begin_}; }

  void append(std::string_view text) {
    if (memory_.size - end_ < text.size()) [[unlikely]]
      grow(text.size());
    std::memcpy(memory_.bytes.get() + end_, text.data(), text.size());
    end_ += text.size();
  }
  void consume(std::size_t n) noexcept { begin_ += n; }
  void give_back() {
    begin_ = end_ = 0;
    if (memory_.bytes && memory_.size <= kMostKept) pool_->give_back(std::move(memory_));
    memory_ = {};
  }

 private:
  static constexpr std::size_t kUsual = 16 * 1024, kMostKept = 128 * 1024;

  void grow(std::size_t more);

  Pool<Memory>* pool_;
  Memory memory_;
  std::size_t begin_ = 0, end_ = 0;
};

}  // namespace book::http
