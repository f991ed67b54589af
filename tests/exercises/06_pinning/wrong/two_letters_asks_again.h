// Wrong: polls a child that is done.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "06_pinning/letterbox.h"
#include "common/future.h"

namespace book {

/// Waits for two letters at once: ready with the greeting, the first 16 characters of each, and
/// " and " between them.
class [[nodiscard]] TwoLetters : PinnedOncePolled {
 public:
  using Output = std::string;

  TwoLetters(std::string greeting, story::Letterbox& left, story::Letterbox& right)
      : greeting_(std::move(greeting)), left_box_(&left), right_box_(&right) {}

  Poll<std::string> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (first) {  // not before: until now this object could be moved
      left_.emplace(*left_box_, left_buffer_);
      right_.emplace(*right_box_, right_buffer_);
    }
    ask(left_, left_size_, cx);
    ask(right_, right_size_, cx);
    if (!left_size_ || !right_size_) return pin_.pending();
    return greeting_ + std::string(left_buffer_.data(), *left_size_) + " and " +
           std::string(right_buffer_.data(), *right_size_);
  }

 private:
  /// Asks in any case.
  static void ask(std::optional<story::FillBuffer>& read, std::optional<std::size_t>& size,
                  Context& cx) {
    Poll<std::size_t> answer = read->poll(cx);
    if (answer.is_ready()) size = answer.value();
  }

  std::string greeting_;
  story::Letterbox* left_box_;
  story::Letterbox* right_box_;
  std::array<char, 16> left_buffer_{};
  std::array<char, 16> right_buffer_{};
  std::optional<story::FillBuffer> left_;
  std::optional<story::FillBuffer> right_;
  std::optional<std::size_t> left_size_;  // known once that letter is there
  std::optional<std::size_t> right_size_;
};

}  // namespace book
