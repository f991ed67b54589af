// Name: what a member is called: 1 to 20 letters, digits, '_' or '-'. Nothing that a line of the
// server could be mistaken for, and nothing that a terminal obeys. Ann and ann are the same name.
// Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace book::chat {

class Name {
 public:
  static constexpr std::size_t kLongest = 20;

  /// Nothing when it is no name. Blanks around it are left out.
  static std::optional<Name> parse(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    if (text.empty() || text.size() > kLongest) return std::nullopt;
    for (const char c : text)
      if (!is_letter(c) && !is_digit(c) && c != '_' && c != '-') return std::nullopt;
    return Name(std::string(text));
  }

  const std::string& text() const noexcept { return text_; }
  /// The same for all names that are taken for one.
  std::string key() const {
    std::string key = text_;
    for (char& c : key)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return key;
  }

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  // Not those of <cctype>: they ask the locale.
  static bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }
  static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

  std::string text_;
};

}  // namespace book::chat
