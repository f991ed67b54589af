// The evening path of README.md: which parts of which pages to read, and how much that is. A row
//
//     | [01](chapters/01_x/README.md), up to "Two at once" | 2,300 | [a.h](chapters/01_x/a.h) | 90
//     |
//
// says how many words come before that heading, as wc -w counts them, and how many lines the linked
// sources have, as wc -l does. The words of a picture are for those who cannot see it, and do not
// count. Figures may be off by a tenth: texts grow.
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <regex>
#include <sstream>

#include "docs/pages.h"

namespace book::docs {
namespace fs = std::filesystem;
namespace {

struct Amount {
  long words = 0, lines = 0;
};

long number_in(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  return std::atol(digits.c_str());
}

bool about(long said, long counted) {
  return std::labs(said - counted) <= std::lround(0.1 * static_cast<double>(counted));
}

/// All words of the page before the heading that begins with `stop`.
long words_before(const fs::path& file, const std::string& stop) {
  long words = 0;
  for (const std::string& line : split_lines(read_file(file))) {
    const std::size_t text = line.find_first_not_of("# ");
    if (line.starts_with("#") && text != line.npos && line.substr(text).starts_with(stop))
      return words;
    if (line.starts_with("![")) continue;
    std::istringstream in(line);
    for (std::string word; in >> word;) ++words;
  }
  return -1;  // there is no such heading
}

}  // namespace

std::vector<Problem> check_evening(const Page& top, const fs::path& root) {
  static const std::regex row(
      R"re(^\| (\[.*\]\((.*)\).*) up to "(.*)" \| ([\d,]+) \| (.*) \| ([\d,]+) \|$)re");
  static const std::regex link(R"(\]\(([^)]+)\))");
  static const std::regex sum(R"(ogether about ([\d,]+) words and ([\d,]+) lines)");
  std::vector<Problem> problems;
  const auto expect = [&](std::size_t line, const char* what, long said, long counted) {
    if (!about(said, counted))
      problems.push_back({fmt::format("{}:{}", top.file.string(), line + 1),
                          fmt::format("it says {} {}, and there are {}", said, what, counted)});
  };
  Amount all;
  for (std::size_t i = 0; i < top.prose.size(); ++i) {
    std::smatch match;
    if (std::regex_match(top.prose[i], match, row)) {
      const std::string page = match[2], stop = match[3], sources = match[5];
      const long words = words_before(root / page, stop);
      if (words < 0)
        problems.push_back({fmt::format("{}:{}", top.file.string(), i + 1),
                            fmt::format("{} has no heading that begins with {}", page, stop)});
      long lines = 0;
      for (std::sregex_iterator it(sources.begin(), sources.end(), link), end; it != end; ++it)
        lines += static_cast<long>(split_lines(read_file(root / (*it)[1].str())).size());
      expect(i, "words", number_in(match[4]), words);
      expect(i, "lines", number_in(match[6]), lines);
      all = {all.words + words, all.lines + lines};
    } else if (std::regex_search(top.prose[i], match, sum)) {
      expect(i, "words together", number_in(match[1]), all.words);
      expect(i, "lines together", number_in(match[2]), all.lines);
    }
  }
  return problems;
}

}  // namespace book::docs
