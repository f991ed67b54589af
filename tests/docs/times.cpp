// How long a chapter takes: its pages say it, the map of the course says it again, and the sum is
// there as well. Here the three are compared.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <regex>

#include "docs/pages.h"

namespace book::docs {
namespace fs = std::filesystem;
namespace {

/// "*About 50 minutes, and 40 more for the exercises. ...*", in minutes. Nothing: it does not say.
std::optional<int> minutes_of(const Page& page) {
  static const std::regex says(
      R"(\*About (\d+) minutes(?:, and (?:(\d+) more|(as long again)|(an hour)) for the exercises)?)");
  std::string text;
  for (const std::string& line : page.prose) text.append(line).append(" ");
  std::smatch match;
  if (!std::regex_search(text, match, says)) return std::nullopt;
  const int reading = std::atoi(match[1].str().c_str());
  if (match[2].matched) return reading + std::atoi(match[2].str().c_str());
  return reading + (match[3].matched ? reading : match[4].matched ? 60 : 0);
}

struct Row {
  int line = 0;
  double hours = 0;
};

/// The lines "| [07 Join](chapters/07_join/README.md) | ... | 1¾ hours |" of the map, by the page.
std::map<std::string, Row> map_of(const Page& top) {
  static const std::regex row(R"(^\| \[\d\d [^\]]*\]\(([^)]+)\) \|.*\| (\d+)(¼|½|¾)? hours? \|$)");
  const std::map<std::string, double> quarters = {{"", 0}, {"¼", 0.25}, {"½", 0.5}, {"¾", 0.75}};
  std::map<std::string, Row> rows;
  for (std::size_t i = 0; i < top.prose.size(); ++i) {
    std::smatch match;
    if (std::regex_match(top.prose[i], match, row))
      rows[match[1]] = {static_cast<int>(i) + 1,
                        std::atoi(match[2].str().c_str()) + quarters.at(match[3])};
  }
  return rows;
}

bool is_first_slice(const Page& page) {
  for (const std::string& line : page.prose)
    if (line.find("<!-- chapter: first slice -->") != std::string::npos) return true;
  return false;
}

}  // namespace

std::vector<Problem> check_times(const std::vector<Page>& pages, const fs::path& root) {
  std::map<std::string, int> minutes;  // of a chapter's README.md, and of the pages beside it
  const Page* top = nullptr;
  for (const Page& page : pages) {
    if (page.file == "README.md") top = &page;
    const fs::path folder = page.file.parent_path();
    if (folder.parent_path() != "chapters" || !fs::exists(root / folder / "main.cpp")) continue;
    const auto says = minutes_of(page);
    if (says) minutes[(folder / "README.md").string()] += *says;
  }
  if (!top) return {};
  const std::map<std::string, Row> rows = map_of(*top);

  std::vector<Problem> problems;
  for (const Page& page : pages) {
    const std::string name = page.file.string();
    const bool is_chapter = page.file.filename() == "README.md" &&
                            page.file.parent_path().parent_path() == "chapters" &&
                            fs::exists(root / page.file.parent_path() / "main.cpp");
    if (!is_chapter || is_first_slice(page)) continue;
    if (!minutes.count(name)) {
      problems.push_back({name,
                          "it does not say how long it takes: '*About 50 minutes, and 40 more for "
                          "the exercises. You need ...*'"});
    } else if (!rows.count(name)) {
      problems.push_back({"README.md", fmt::format("the map has no row '| [NN Title]({}) | ... | "
                                                   "1½ hours |'",
                                                   name)});
    } else if (const Row& row = rows.at(name); std::abs(60 * row.hours - minutes.at(name)) > 7.5) {
      problems.push_back({fmt::format("README.md:{}", row.line),
                          fmt::format("the map says {} hours, and the pages of {} add up to {} "
                                      "minutes: to the quarter of an hour they should agree",
                                      row.hours, name, minutes.at(name))});
    }
  }

  static const std::regex together(R"(ogether they take about (\d+) hours)");
  double sum = 0;
  for (const auto& [name, row] : rows) sum += row.hours;
  for (std::size_t i = 0; i < top->prose.size(); ++i) {
    std::smatch match;
    if (std::regex_search(top->prose[i], match, together) &&
        std::atoi(match[1].str().c_str()) != std::lround(sum)) {
      problems.push_back({fmt::format("README.md:{}", i + 1),
                          fmt::format("the hours of the map add up to {}", sum)});
    }
  }
  return problems;
}

}  // namespace book::docs
