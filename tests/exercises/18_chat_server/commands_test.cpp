#include "exercise/commands.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace book {
namespace {

using exercise::Command;
using Kind = Command::Kind;

/// As it was typed, but for control characters: a terminal would obey them in a test's words, too.
std::string shown(const std::string& line) {
  std::string all;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < ' ' || byte == 127)
      all += fmt::format("\\x{:02x}", byte);
    else
      all += c;
  }
  return all;
}

void expect(const char* line, Kind kind, const char* to, const char* text, const char* why) {
  const Command command = exercise::parse(line);
  const std::string seen = "\"" + shown(line) + "\": " + why;
  EXPECT_EQ(static_cast<int>(command.kind), static_cast<int>(kind)) << seen;
  if (command.kind != kind || kind == Kind::misused) return;
  EXPECT_EQ(command.to, to) << seen;
  EXPECT_EQ(command.text, text) << seen;
}

TEST(Commands, AreReadByTheirFirstWord) {
  expect("/me waves", Kind::me, "", "waves", "a command is no line for all.");
  expect("/me  waves  twice", Kind::me, "", "waves  twice", "blanks within a text stay.");
  expect("/nick anna", Kind::nick, "", "anna", "a new name.");
  expect("/nick  anna", Kind::nick, "", "anna", "blanks in front of the name are left out.");
  expect("/quit", Kind::quit, "", "", "it may stand alone.");
  expect("/quit see you", Kind::quit, "", "see you", "the others would like to read those words.");
  expect("/msg ben hi", Kind::msg, "ben", "hi", "for ben alone.");
  expect("/msg  ben  a  b", Kind::msg, "ben", "a  b",
         "blanks within a text stay: it may be a table.");
}

TEST(Commands, SayWhatIsNoCommand) {
  expect("hello", Kind::say, "", "hello", "what does not begin with / is said.");
  expect(" two  blanks ", Kind::say, "", " two  blanks ", "it is said as it was typed.");
  expect("//x", Kind::say, "", "/x", "two slashes say one.");
  expect("//me waves", Kind::say, "", "/me waves", "two slashes say one.");
}

TEST(Commands, TakeTheWholeWord) {
  expect("/mesg ben hi", Kind::unknown, "", "mesg",
         "the word alone, without its slash and without what follows. What is no command is never "
         "said aloud: it may have been a password.");
  expect("/nickname x", Kind::unknown, "", "nickname", "that begins with /nick, and is not it.");
  expect("/", Kind::unknown, "", "", "no word at all is an unknown one.");
  expect("/ me", Kind::unknown, "", "", "the word begins right behind the slash.");
}

TEST(Commands, WantWhatBelongsToThem) {
  for (const char* line : {"/me", "/me ", "/nick", "/nick  ", "/msg", "/msg ben", "/msg ben "})
    expect(line, Kind::misused, "", "", "something is missing, and must not be empty.");
}

TEST(Commands, LetNoControlCharacterThrough) {
  const char* why =
      "each control character becomes '?': a terminal obeys ESC, and clears the screen of "
      "everybody.";
  expect("\x1b[2J", Kind::say, "", "?[2J", why);
  expect("/me \x1b[2J", Kind::me, "", "?[2J", why);
  expect("/msg ben\x07 \x7f", Kind::msg, "ben?", "?", why);
  expect("/quit \x1b[2J", Kind::quit, "", "?[2J", why);
  expect(
      "gr\xc3\xbc\xc3\x9f"
      "e",
      Kind::say, "",
      "gr\xc3\xbc\xc3\x9f"
      "e",
      "a byte above 127 is part of a letter: mind the sign of char.");
}

}  // namespace
}  // namespace book
