#include "18_chat_server/commands.h"

#include <algorithm>

namespace book::chat {
namespace {

/// The first word of `rest`, which then begins behind it and its blanks.
std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  return word;
}

}  // namespace

Command parse_command(std::string_view line) {
  if (line.find_first_not_of(' ') == std::string_view::npos) return Nothing{};
  if (!line.starts_with('/')) return Say{std::string(line)};
  if (line.starts_with("//")) return Say{std::string(line.substr(1))};

  std::string_view rest = line.substr(1);
  const std::string_view word = take_word(rest);  // all of it: /nickname is not /nick
  if (word == "who") return Who{};
  if (word == "help") return Help{};
  if (word == "quit") return Quit{std::string(rest)};
  if (word == "me") {
    if (rest.empty()) return Misused{"/me DOES"};
    return Me{std::string(rest)};
  }
  if (word == "nick") {
    if (rest.empty()) return Misused{"/nick NAME"};
    return Nick{std::string(rest)};
  }
  if (word == "msg") {
    const std::string_view to = take_word(rest);
    if (to.empty() || rest.empty()) return Misused{"/msg NAME TEXT"};
    return Msg{std::string(to), std::string(rest)};
  }
  return Unknown{std::string(word)};
}

}  // namespace book::chat
