// MAP.md: each row has our file and the test that holds it, or says which chapter is not written.
// (That its links lead somewhere, the link test says.)
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "docs/text.h"
#include "support/paths.h"

namespace book::site {
namespace map_test {

namespace fs = std::filesystem;

/// theirs, ours, held by, what differs, state
using Cells = std::vector<std::string>;

std::vector<Cells> rows_of(const std::string& page) {
  std::vector<Cells> rows;
  for (const std::string& line : docs::split_lines(page)) {
    if (!line.starts_with("| ") || line.find("| state |") != std::string::npos) continue;
    Cells cells;
    for (std::size_t from = 1; from < line.size();) {
      const std::size_t to = line.find('|', from);
      if (to == std::string::npos) break;
      cells.emplace_back(docs::trim(std::string_view(line).substr(from, to - from)));
      from = to + 1;
    }
    rows.push_back(cells);
  }
  return rows;
}

std::vector<std::string> linked_files(const std::string& cell) {
  static const std::regex link(R"(\]\(([^)#]+))");
  std::vector<std::string> links;
  for (std::sregex_iterator it(cell.begin(), cell.end(), link), end; it != end; ++it)
    links.push_back((*it)[1]);
  return links;
}

/// What is wrong with a row, or nothing.
std::string problem_of(const Cells& row, const fs::path& root) {
  if (row.size() != 5) return "a row has five cells";
  static const std::regex unwritten(R"(chapter (\d\d) is not written)");
  std::smatch match;
  if (std::regex_match(row[4], match, unwritten)) {
    if (!fs::exists(root / "chapters")) return "";
    for (const auto& chapter : fs::directory_iterator(root / "chapters")) {
      if (chapter.path().filename().string().starts_with(match[1].str() + "_"))
        return "chapter " + match[1].str() + " is written: say where this is, and what holds it";
    }
    return "";
  }
  if (row[4] != "here") return "its state is neither here nor 'chapter NN is not written'";
  for (const std::size_t cell : {1, 2}) {
    const auto links = linked_files(row[cell]);
    if (links.empty()) return cell == 1 ? "where is ours?" : "what holds it?";
    for (const std::string& path : links) {
      if (!fs::exists(root / path)) return "there is no " + path;
      if (cell == 2 && !path.starts_with("tests/")) return path + " is no test";
    }
  }
  return "";
}

std::vector<Cells> the_map() { return rows_of(docs::read_file(test::source_dir() / "MAP.md")); }

TEST(Map, HasOurFileAndItsTestForEachRow) {
  for (const Cells& row : the_map()) EXPECT_EQ(problem_of(row, test::source_dir()), "") << row[0];
  EXPECT_GT(the_map().size(), 80U) << "the listings have gone";
}

TEST(Map, HasThe21Programs) {
  std::set<std::string> programs;
  static const std::regex name(R"(`(hello-world[a-z-]*|\d\d_\d\d_\w+)`)");
  for (const Cells& row : the_map()) {
    std::smatch match;
    if (std::regex_match(row[0], match, name)) programs.insert(match[1]);
  }
  const std::set<std::string> theirs = {"hello-world",
                                        "hello-world-sleep",
                                        "hello-world-spawn",
                                        "hello-world-join",
                                        "01_02_why_async",
                                        "01_04_async_await_primer",
                                        "02_02_future_trait",
                                        "02_03_timer",
                                        "02_04_executor",
                                        "03_01_async_await",
                                        "05_01_streams",
                                        "05_02_iteration_and_concurrency",
                                        "06_02_join",
                                        "06_03_select",
                                        "06_04_spawning",
                                        "07_05_recursion",
                                        "09_01_sync_tcp_server",
                                        "09_02_async_tcp_server",
                                        "09_03_slow_request",
                                        "09_04_concurrent_tcp_server",
                                        "09_05_final_tcp_server"};
  EXPECT_EQ(programs, theirs);
}

TEST(Map, FindsARowThatIsNotTrue) {
  const fs::path root = test::source_dir();
  const auto problem = [&](const std::string& row) { return problem_of(rows_of(row).at(0), root); };
  EXPECT_EQ(problem("| a | [x](common/poll.h) | [t](tests/site/map_test.cpp) | | here |"), "");
  EXPECT_EQ(problem("| a | | [t](tests/site/map_test.cpp) | | here |"), "where is ours?");
  EXPECT_EQ(problem("| a | [x](common/poll.h) | | | here |"), "what holds it?");
  EXPECT_EQ(problem("| a | [x](common/gone.h) | [t](tests/site/map_test.cpp) | | here |"),
            "there is no common/gone.h");
  EXPECT_EQ(problem("| a | [x](common/poll.h) | [t](common/poll.h) | | here |"),
            "common/poll.h is no test");
  EXPECT_NE(problem("| a | | | | chapter 01 is not written |"), "");
  EXPECT_EQ(problem("| a | | | | chapter 99 is not written |"), "");
  EXPECT_NE(problem("| a | | | | soon |"), "");
}

}  // namespace map_test
}  // namespace book::site
