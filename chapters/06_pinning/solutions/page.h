// A solution of exercise 1: a page of text whose cursor stays in it, wherever it moves.
//
//     Page
//     +-----------------------------------------------+
//     | letters_   h  e  l  l  o  .  .  .  .          |     size_ 5
//     |                     ^                         |
//     | cursor_ ------------+                         |     position() 3
//     +-----------------------------------------------+
//
// A Page may be moved at any time: it is Unpin, because it repairs itself.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace book {

class Page {
 public:
  static constexpr std::size_t kRoom = 32;

  Page() = default;
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  Page(Page&& other) noexcept { take(other); }
  Page& operator=(Page&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~Page() = default;

  /// Writes at the cursor, over what is there and as much as fits, and moves the cursor on.
  void type(std::string_view text) {
    const std::size_t at = position();
    const std::size_t size = std::min(text.size(), kRoom - at);
    std::copy_n(text.begin(), size, cursor_);
    cursor_ += size;
    size_ = std::max(size_, at + size);
  }
  /// Moves the cursor back, to the beginning at most.
  void back(std::size_t letters) { cursor_ -= std::min(letters, position()); }

  std::string text() const { return std::string(letters_.data(), size_); }
  /// How many letters stand before the cursor. Throws std::logic_error when it has left this page.
  std::size_t position() const {
    const auto begin = reinterpret_cast<std::uintptr_t>(letters_.data());
    const auto at = reinterpret_cast<std::uintptr_t>(cursor_);
    if (at < begin || at > begin + kRoom) {
      throw std::logic_error("the cursor points into another page");
    }
    return at - begin;
  }

 private:
  /// A pointer into the other page becomes a position, and the position a pointer into this one.
  void take(Page& other) noexcept {
    letters_ = other.letters_;
    size_ = std::exchange(other.size_, 0);
    cursor_ = letters_.data() + (other.cursor_ - other.letters_.data());
    other.cursor_ = other.letters_.data();
  }

  std::array<char, kRoom> letters_{};
  std::size_t size_ = 0;
  char* cursor_ = letters_.data();
};

}  // namespace book
