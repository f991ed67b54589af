// What a member has typed: a line that is said to all, or a command. parse_command() is plain C++,
// and knows neither the room nor who is in it.
//
//     "hello"               Say{"hello"}            "//x"           Say{"/x"}
//     "/me waves"           Me{"waves"}             "/msg ben hi"   Msg{"ben", "hi"}
//     "/nick anna"          Nick{"anna"}            "/who" "/help"  Who, Help
//     "/quit see you"       Quit{"see you"}         "/dance"        Unknown{"dance"}
//
// Chapter 18 explains it.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace book::chat {

struct Say {
  std::string text;
  bool operator==(const Say&) const = default;
};
struct Me {
  std::string text;
  bool operator==(const Me&) const = default;
};
struct Msg {
  std::string to, text;
  bool operator==(const Msg&) const = default;
};
struct Nick {
  std::string name;
  bool operator==(const Nick&) const = default;
};
struct Who {
  bool operator==(const Who&) const = default;
};
struct Help {
  bool operator==(const Help&) const = default;
};
struct Quit {
  std::string words;
  bool operator==(const Quit&) const = default;
};
/// No such command.
struct Unknown {
  std::string word;
  bool operator==(const Unknown&) const = default;
};
/// A command that lacks something: how it is used.
struct Misused {
  std::string usage;
  bool operator==(const Misused&) const = default;
};
/// An empty line: a sign of life, and nothing to say.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};

using Command = std::variant<Say, Me, Msg, Nick, Who, Help, Quit, Unknown, Misused, Nothing>;

/// Blanks between a command and what belongs to it are left out; blanks within a text stay.
[[nodiscard]] Command parse_command(std::string_view line);

/// All commands, in one line.
inline constexpr std::string_view kCommands =
    "/nick NAME, /me DOES, /msg NAME TEXT, /who, /help, /quit [WORDS]; //x says /x";

}  // namespace book::chat
