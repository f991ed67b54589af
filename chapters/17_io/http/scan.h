// How the parser moves over bytes: one table of character classes for the short parts of a request,
// eight bytes at a time for the long ones.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace book::http::scan {

enum CharClass : std::uint8_t {
  kToken = 1,   ///< a method or the name of a field
  kTarget = 2,  ///< what a target may hold: visible ASCII without '#'
  kPath = 32,   ///< a target up to its query
  kHost = 4,    ///< the name of a host, without its port
  kDigit = 16,  ///< of a port
  kText = 8,    ///< the value of a field: no control character but the tab
};

inline constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  auto add = [&](std::string_view chars, std::uint8_t what) {
    for (char c : chars) classes[static_cast<unsigned char>(c)] |= what;
  };
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", kToken | kHost);
  add("0123456789", kDigit);
  add("!#$%&'*+^`|", kToken);
  add("!$&'()*+,;=%", kHost);
  for (int c = 0x21; c <= 0x7e; ++c)
    if (c != '#') classes[c] |= c == '?' ? kTarget : kTarget | kPath;
  for (int c = 0x20; c <= 0xff; ++c)
    if (c != 0x7f) classes[c] |= kText;
  classes['\t'] |= kText;
  return classes;
}();

[[nodiscard]] inline bool is(char c, CharClass what) {
  return (kClasses[static_cast<unsigned char>(c)] & what) != 0;
}

/// The first byte of [p, end) that is not of the class.
[[nodiscard]] inline const char* skip(const char* p, const char* end, CharClass what) {
  while (p != end && is(*p, what)) ++p;
  return p;
}

/// skip(p, end, kText), eight bytes a step. Subtracting 0x20 from a byte under 0x20 borrows and
/// sets its top bit; subtracting 1 from a byte that was 0x7f before the exclusive-or does the same.
/// A borrow can spill into the next higher byte, never into a lower one: the lowest mark is right,
/// and it stands at the first byte that is not text, or at a tab.
[[nodiscard]] inline const char* skip_text(const char* p, const char* end) {
  static_assert(std::endian::native == std::endian::little, "the first byte has to be the lowest");
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  while (end - p >= 8) {
    std::uint64_t word;
    std::memcpy(&word, p, 8);
    const std::uint64_t delete_is_zero = word ^ (kOnes * 0x7f);
    const std::uint64_t control = (word - kOnes * 0x20) & ~word;
    const std::uint64_t deleted = (delete_is_zero - kOnes) & ~delete_is_zero;
    const std::uint64_t marks = (control | deleted) & (kOnes * 0x80);
    if (marks == 0) {
      p += 8;
      continue;
    }
    p += std::countr_zero(marks) / 8;
    if (*p != '\t') return p;
    ++p;
  }
  return skip(p, end, kText);
}

/// Without the blanks at either end.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Calls `each` with every token of a list such as "close, Upgrade", without the blanks around it.
template <class Each>
void for_each_token(std::string_view tokens, Each each) {
  while (!tokens.empty()) {
    const std::size_t comma = std::min(tokens.find(','), tokens.size());
    each(trim(tokens.substr(0, comma)));
    tokens.remove_prefix(std::min(comma + 1, tokens.size()));
  }
}

/// With its ASCII letters in lower case.
[[nodiscard]] inline std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

/// 0 to 15, or -1: no sign, no "0x", no blank is a digit.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace book::http::scan

namespace book::http {

/// Compares without regard to the case of ASCII letters; `lower` is in lower case, letters and '-'
/// only.
[[nodiscard]] inline bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

}  // namespace book::http
