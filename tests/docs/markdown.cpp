#include "docs/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <sstream>
#include <utility>

namespace book::docs {
namespace {

// Beyond ASCII signs go, too: Latin-1's, all but its three letters, those for times and divided by,
// and the dashes, dots and arrows from U+2000 to U+2BFF.
bool is_sign(unsigned char first, unsigned char second) {
  if (first == 0xC2) return second != 0xAA && second != 0xB5 && second != 0xBA;
  if (first == 0xC3) return second == 0x97 || second == 0xB7;
  return first == 0xE2 && second < 0xB0;
}

// Letters, digits, blanks, '-' and '_' stay; other signs go. The site has the same rule in
// tests/support/site/anchor.awk; tests/site/anchors.txt holds both to one table.
std::string anchor_of(const std::string& title) {
  std::string anchor;
  for (std::size_t i = 0; i < title.size(); ++i) {
    const auto c = static_cast<unsigned char>(title[i]);
    if (c < 0x80) {
      if (std::isalnum(c) || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(c));
      if (c == ' ') anchor += '-';
      continue;
    }
    const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    const auto next = i + 1 < title.size() ? static_cast<unsigned char>(title[i + 1]) : 0;
    if (!is_sign(c, next)) anchor += title.substr(i, length);
    i += length - 1;
  }
  return anchor;
}

std::string attribute(const std::string& tag, const std::string& name) {
  std::smatch match;
  return std::regex_search(tag, match, std::regex("\\s" + name + "=\"([^\"]*)\"")) ? match[1].str()
                                                                                   : "";
}

void find_pictures(Page& page, int number, const std::string& line) {
  static const std::regex picture(R"(!\[([^\]]*)\]\(<?([^)\s>]+)>?(\s+"[^"]*")?\))");
  static const std::regex tag("<img\\s[^>]*>");
  for (std::sregex_iterator it(line.begin(), line.end(), picture), end; it != end; ++it) {
    page.pictures.push_back({number, (*it)[1], (*it)[2]});
  }
  for (std::sregex_iterator it(line.begin(), line.end(), tag), end; it != end; ++it) {
    const std::string target = attribute(it->str(), "src");
    page.pictures.push_back({number, attribute(it->str(), "alt"), target});
    page.links.push_back({number, target});
  }
}

void find_links(Page& page, int number, std::string line) {
  static const std::regex code("`[^`]*`");
  static const std::regex link(R"(\]\(<?([^)\s>]+)>?(\s+"[^"]*")?\))");
  line = std::regex_replace(line, code, "");
  for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it) {
    page.links.push_back({number, (*it)[1]});
  }
  find_pictures(page, number, line);
}

}  // namespace

Page parse_page(const std::string& name, const std::string& text) {
  static const std::regex mark(R"(^\s*<!--\s*(run|file|clients)\b([^:]*):\s*(.*?)\s*-->\s*$)");
  static const std::regex mark_like(R"(^\s*<!--\s*(run|file|clients)\b)");
  static const std::regex heading(R"(^(#{1,6})\s+(.*?)\s*#*\s*$)");

  Page page;
  page.file = name;
  page.prose = split_lines(text);
  std::map<std::string, int> anchors;
  std::string fence;        // the fence of the block we are in
  bool collecting = false;  // a marked block: page.blocks.back()
  bool expecting = false;   // a mark was read, its block must follow
  const auto complain = [&](int line, std::string what) {
    page.problems.push_back({fmt::format("{}:{}", name, line), std::move(what)});
  };
  const auto missing_block = [&] {
    complain(page.blocks.back().line, "a fenced block must follow this mark");
    page.blocks.pop_back();
    expecting = false;
  };

  int number = 0;
  for (std::string& line : page.prose) {
    ++number;
    const std::string trimmed(trim(line));
    if (!fence.empty()) {
      const bool closes =
          trimmed.starts_with(fence) && trimmed.find_first_not_of('`') == trimmed.npos;
      if (closes) {
        fence.clear();
        collecting = false;
      } else if (collecting) {
        page.blocks.back().lines.push_back(line);
      }
      line.clear();
      continue;
    }
    if (trimmed.starts_with("```")) {
      fence = trimmed.substr(0, std::min(trimmed.find_first_not_of('`'), trimmed.size()));
      collecting = std::exchange(expecting, false);
      line.clear();
      continue;
    }
    if (expecting && !trimmed.empty()) missing_block();
    std::smatch match;
    if (std::regex_match(line, match, mark)) {
      MarkedBlock block{number, match[1], {}, match[3], {}};
      std::istringstream words(match[2]);
      for (std::string word; words >> word;) block.options.push_back(word);
      page.blocks.push_back(std::move(block));
      expecting = true;
    } else if (std::regex_search(line, mark_like)) {
      complain(number,
               "a mark reads <!-- run OPTIONS: PROGRAM ARGUMENTS -->, <!-- file: PATH --> or "
               "<!-- clients: SERVER ARGUMENTS -->");
    } else if (std::regex_match(line, match, heading)) {
      std::string anchor = anchor_of(match[2]);
      const int before = anchors[anchor]++;
      if (before > 0) anchor += fmt::format("-{}", before);
      page.headings.push_back({number, static_cast<int>(match[1].length()), match[2], anchor});
    }
    find_links(page, number, line);
  }
  if (expecting) missing_block();
  if (!fence.empty()) complain(number, "the last fenced block is never closed");
  return page;
}

std::vector<Page> all_pages(const std::filesystem::path& root) {
  std::vector<Page> pages;
  for (const auto& file : files_under(root, {".md"})) {
    pages.push_back(parse_page(file.lexically_relative(root).string(), read_file(file)));
  }
  return pages;
}

}  // namespace book::docs
