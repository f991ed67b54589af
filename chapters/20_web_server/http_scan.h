// How the parser moves over bytes: one table of character classes for the short parts of a request,
// eight bytes at a time for the long ones.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace book::http::scan {

enum CharClass : std::uint8_t {
  kToken = 1,   ///< a method or the name of a field
  kTarget = 2,  ///< what a target may hold: visible ASCII without '#'
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
    if (c != '#') classes[c] |= kTarget;
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
/// A borrow can spill into the next higher byte, a tab stops the sweep and is text: so the sweep
/// only says "somewhere here", and the table has the last word.
[[nodiscard]] inline const char* skip_text(const char* p, const char* end) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  for (;;) {
    while (end - p >= 8) {
      std::uint64_t word;
      std::memcpy(&word, p, 8);
      const std::uint64_t delete_is_zero = word ^ (kOnes * 0x7f);
      const std::uint64_t control = (word - kOnes * 0x20) & ~word;
      const std::uint64_t deleted = (delete_is_zero - kOnes) & ~delete_is_zero;
      if (((control | deleted) & (kOnes * 0x80)) != 0) break;
      p += 8;
    }
    const char* const stop = end - p < 8 ? end : p + 8;
    p = skip(p, stop, kText);
    if (p != stop || p == end) return p;
  }
}

/// Without the blanks at either end.
[[nodiscard]] inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace book::http::scan
