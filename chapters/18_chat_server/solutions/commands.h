// Exercise 2: what a member has typed. One answer.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace book::exercise {

struct Command {
  enum class Kind { say, me, nick, msg, quit, unknown, misused };

  Kind kind;
  std::string to = {};  ///< of msg
  std::string text = {};
};

inline std::string clean(std::string_view text) {
  std::string good(text);
  for (char& c : good)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return good;
}

/// The first word of `rest`, which then begins behind it and its blanks.
inline std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return word;
}

inline Command parse(std::string_view line) {
  using Kind = Command::Kind;
  if (!line.starts_with('/')) return {Kind::say, "", clean(line)};
  if (line.starts_with("//")) return {Kind::say, "", clean(line.substr(1))};

  std::string_view rest = line.substr(1);
  const std::string_view word = take_word(rest);
  if (word == "quit") return {Kind::quit, "", clean(rest)};
  if (word == "me") return {rest.empty() ? Kind::misused : Kind::me, "", clean(rest)};
  if (word == "nick") return {rest.empty() ? Kind::misused : Kind::nick, "", clean(rest)};
  if (word == "msg") {
    const std::string_view to = take_word(rest);
    if (rest.empty()) return {Kind::misused};
    return {Kind::msg, clean(to), clean(rest)};
  }
  return {Kind::unknown, "", clean(word)};
}

}  // namespace book::exercise
