// Exercise 3: a future with two children that write into it.
//
//     TwoLetters("Dear ", left, right)  -->  "Dear Ada and Grace"
//
//     left_   FillBuffer --> left_buffer_          each of them points into
//     right_  FillBuffer --> right_buffer_         the object that it is part of
//
// Run its test with: make exercise CHAPTER=06
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
class [[nodiscard]] TwoLetters {
 public:
  using Output = std::string;

  TwoLetters(std::string greeting, story::Letterbox& left, story::Letterbox& right)
      : greeting_(std::move(greeting)), left_box_(&left), right_box_(&right) {}

  Poll<std::string> poll(Context& cx) {
    // TODO: the frame around it, pin_.enter() and pin_.pending(), and between them: make the two
    // FillBuffers, poll those that are not done, and put the text together when both are.
    (void)cx;
    return pending;
  }

 private:
  // TODO: a guard, a buffer of 16 characters for each letter, and a FillBuffer for each buffer.
  // In which order? And when can a FillBuffer be made that points into this object?
  std::string greeting_;
  [[maybe_unused]] story::Letterbox* left_box_;
  [[maybe_unused]] story::Letterbox* right_box_;
};

}  // namespace book
