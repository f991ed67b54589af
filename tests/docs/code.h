// Words, blanks and brackets: what the lints know of C++. They read what code_only() leaves.
#pragma once

#include <cctype>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace book::docs {

inline bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

inline bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  for (std::string_view other : words) {
    if (word == other) return true;
  }
  return false;
}

/// The last character before `at` that is no blank, or npos.
inline std::size_t before(std::string_view code, std::size_t at) {
  return at == 0 ? code.npos : code.find_last_not_of(" \t\n", at - 1);
}

/// The first character from `at` on that is no blank, or the end.
inline std::size_t from(std::string_view code, std::size_t at) {
  const auto found = code.find_first_not_of(" \t\n", at);
  return found == code.npos ? code.size() : found;
}

/// The word that ends at `at`, which may be empty.
inline std::string_view word_ending(std::string_view code, std::size_t at) {
  if (at == code.npos || !is_word(code[at])) return {};
  std::size_t begin = at;
  while (begin > 0 && is_word(code[begin - 1])) --begin;
  return code.substr(begin, at - begin + 1);
}

/// The word that begins at `at`, which may be empty.
inline std::string_view word_at(std::string_view code, std::size_t at) {
  std::size_t end = at;
  while (end < code.size() && is_word(code[end])) ++end;
  return code.substr(at, end - at);
}

/// The bracket that closes the one at `open`, or the end.
inline std::size_t matching_close(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < code.size(); ++i) {
    if (std::string_view("([{").find(code[i]) != code.npos) ++depth;
    if (std::string_view(")]}").find(code[i]) != code.npos && --depth == 0) return i;
  }
  return code.size();
}

}  // namespace book::docs
