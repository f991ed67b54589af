// The bug museum has every trap that a program offers, and shows what the chapters show.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "docs/text.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::site {
namespace museum_test {

using docs::read_file;

/// "07_join again": the program, and what its option --trap takes, without "none".
std::set<std::string> traps_of_the_programs() {
  std::set<std::string> traps;
  for (const auto& chapter : std::filesystem::directory_iterator(test::source_dir() / "chapters")) {
    if (!std::filesystem::exists(chapter.path() / "main.cpp")) continue;
    const std::string source = read_file(chapter.path() / "main.cpp");
    static const std::regex option(R"re(option::choice\(\s*"trap",\s*\{([^}]*)\})re");
    static const std::regex name(R"re("([^"]+)")re");
    std::smatch match;
    if (!std::regex_search(source, match, option)) {
      EXPECT_EQ(source.find("\"trap\""), std::string::npos)
          << chapter.path() << ": a trap, and not as option::choice(\"trap\", {...})";
      continue;
    }
    const std::string names = match[1];
    for (std::sregex_iterator it(names.begin(), names.end(), name), end; it != end; ++it) {
      if ((*it)[1] != "none")
        traps.insert(chapter.path().filename().string() + " " + (*it)[1].str());
    }
  }
  return traps;
}

/// Those that the museum shows: a title that names the trap, and a command that walks into it.
std::set<std::string> traps_of_the_museum() {
  std::set<std::string> traps;
  const std::string museum = read_file(test::source_dir() / "MUSEUM.md");
  static const std::regex room(
      R"re(\n### \[[^\n]*\]\(chapters/([^/]+)/[^\n]*\): `([^`]+)`\n[^#]*?make run CHAPTER=[0-9]+ ARGS="[^\n]*--trap ([^ "]+))re");
  for (std::sregex_iterator it(museum.begin(), museum.end(), room), end; it != end; ++it) {
    EXPECT_EQ((*it)[2], (*it)[3]) << "its title and its command";
    traps.insert((*it)[1].str() + " " + (*it)[2].str());
  }
  return traps;
}

TEST(Museum, HasEveryTrapOfThePrograms) {
  EXPECT_GE(traps_of_the_programs().size(), 44U) << "the search has become blind";
  EXPECT_EQ(traps_of_the_museum(), traps_of_the_programs())
      << "Show the trap in its chapter's README.md, say what it is in "
         "tests/support/site/museum.txt, and type: "
         "sh tests/support/site/museum.sh";
}

TEST(Museum, LeadsToTheTraceOfEveryTrapOrSaysWhyThereIsNone) {
  const std::string museum = read_file(test::source_dir() / "MUSEUM.md");
  static const std::regex wake(
      R"re(\nIts trace, in the player: `make wake CHAPTER=[0-9]+ ARGS="[^\n"]*--trap ([^ "]+))re");
  std::size_t rooms = 0;
  for (std::size_t at = museum.find("\n### ["); at != museum.npos; ++rooms) {
    const std::size_t end = museum.find("\n### [", at + 1);
    const std::string room = museum.substr(at, end - at);
    const std::string title = room.substr(1, room.find('\n', 1) - 1);
    std::smatch match;
    const bool is_traced = std::regex_search(room, match, wake);
    EXPECT_NE(is_traced, room.find("\nNo trace for the player: ") != room.npos) << title;
    EXPECT_TRUE(!is_traced || title.ends_with(": `" + match[1].str() + "`")) << title;
    at = end;
  }
  EXPECT_EQ(rooms, traps_of_the_museum().size());
}

TEST(Museum, ShowsWhatTheChaptersShow) {
  const test::ShellResult made =
      test::shell(test::source_dir(), "sh tests/support/site/museum.sh --print");
  ASSERT_EQ(made.code, 0) << made.output;
  EXPECT_TRUE(made.output == read_file(test::source_dir() / "MUSEUM.md"))
      << "A chapter's page has changed. Type: sh tests/support/site/museum.sh";
}

}  // namespace museum_test
}  // namespace book::site
