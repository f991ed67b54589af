// Exercise 2: what a member has typed.
//
//     "hello"            say "hello"              "//x"         say "/x"
//     "/me waves"        me "waves"               "/nick anna"  nick "anna"
//     "/msg ben a  b"    msg to "ben": "a  b"     "/quit bye"   quit "bye"
//
//   - What does not begin with '/' is said. So is what begins with "//", without the first of them.
//   - The word behind '/' counts as a whole. One that is none of these four is `unknown`, with the
//     word as its text; nobody but the one who typed it is to see it.
//   - Blanks between a command and what belongs to it are left out. Blanks within a text stay.
//   - /me, /nick and /msg without what belongs to them are `misused`. /quit may stand alone.
//   - Control characters (below ' ', and 127) become '?': a terminal obeys them.
#pragma once

#include <string>
#include <string_view>

namespace book::exercise {

struct Command {
  enum class Kind { say, me, nick, msg, quit, unknown, misused };

  Kind kind;
  std::string to = {};  ///< of msg
  std::string text = {};
};

inline Command parse(std::string_view line) {
  // TODO: this one says everything aloud.
  return {Command::Kind::say, "", std::string(line)};
}

}  // namespace book::exercise
