#include "docs/pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <regex>
#include <string>

namespace book::docs {
namespace fs = std::filesystem;
namespace {

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool is_left_out(std::string_view line) { return trim(line) == "// ..."; }

// Whether `piece` stands in `file` at `start`; the whole of it may be indented differently.
std::size_t lines_that_agree(const std::vector<std::string>& piece,
                             const std::vector<std::string>& file, std::size_t start) {
  std::optional<long> shift;
  std::size_t i = 0;
  for (; i < piece.size() && start + i < file.size(); ++i) {
    const auto shown = trim(piece[i]), there = trim(file[start + i]);
    if (shown != there) break;
    if (shown.empty()) continue;
    const long by =
        static_cast<long>(indent_of(file[start + i])) - static_cast<long>(indent_of(piece[i]));
    if (shift && *shift != by) break;
    shift = by;
  }
  return i;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return text;
}

int count_of(std::string_view text, std::string_view what) {
  int count = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++count;
  return count;
}

using PagePointers = std::vector<const Page*>;

/// The exercise may stand on any page of its chapter, of which the first is README.md.
void check_hints(const PagePointers& chapter, const std::string& exercise,
                 std::vector<Problem>& problems) {
  const auto heading_on = [&](const Page& page) {
    return std::find_if(page.headings.begin(), page.headings.end(), [&](const Heading& heading) {
      return heading.level == 3 && heading.text.find("`" + exercise + "`") != std::string::npos;
    });
  };
  const auto has_it = [&](const Page* page) { return heading_on(*page) != page->headings.end(); };
  const auto found = std::find_if(chapter.begin(), chapter.end(), has_it);
  if (found == chapter.end()) {
    problems.push_back({chapter[0]->file.string(),
                        fmt::format("the exercise {0} has no heading '### ... `{0}`'", exercise)});
    return;
  }
  const Page& page = **found;
  const auto heading = heading_on(page);
  const std::size_t from = static_cast<std::size_t>(heading->line);
  const auto next =
      std::find_if(heading + 1, page.headings.end(), [](const Heading& h) { return h.level <= 3; });
  const std::size_t to =
      next == page.headings.end() ? page.prose.size() : static_cast<std::size_t>(next->line - 1);
  int hints = 0;
  for (std::size_t i = from; i < to; ++i) hints += count_of(page.prose[i], "<details");
  if (hints != 3) {
    problems.push_back(
        {fmt::format("{}:{}", page.file.string(), heading->line),
         fmt::format("the exercise {} has {} folded hints (<details>); it needs three", exercise,
                     hints)});
  }
}

/// README.md, and then the further pages beside it.
PagePointers pages_of_chapter(const std::vector<Page>& pages, const Page& readme) {
  PagePointers all = {&readme};
  for (const Page& page : pages) {
    if (&page != &readme && page.file.parent_path() == readme.file.parent_path())
      all.push_back(&page);
  }
  return all;
}

bool links_to(const Page& from, const Page& to) {
  return std::any_of(from.links.begin(), from.links.end(), [&](const Link& link) {
    const std::string path = link.target.substr(0, link.target.find('#'));
    return (from.file.parent_path() / path).lexically_normal() == to.file;
  });
}

}  // namespace

std::vector<Problem> check_snippet(const Page& page, const MarkedBlock& block,
                                   const fs::path& root) {
  const std::string where = fmt::format("{}:{}", page.file.string(), block.line);
  if (is_readers_file(block.argument) && !exercises_are_checked()) return {};
  if (!fs::exists(root / block.argument)) {
    return {{where, fmt::format("there is no file {} (the path starts at the top folder)",
                                block.argument)}};
  }
  const auto file = split_lines(read_file(root / block.argument));

  std::vector<std::vector<std::string>> pieces(1);
  for (const std::string& line : block.lines) {
    if (is_left_out(line))
      pieces.emplace_back();
    else
      pieces.back().push_back(line);
  }
  std::size_t from = 0;
  for (const auto& piece : pieces) {
    if (piece.empty()) continue;
    std::size_t best = 0, best_start = from;
    bool found = false;
    for (std::size_t start = from; start < file.size() && !found; ++start) {
      const auto agree = lines_that_agree(piece, file, start);
      found = agree == piece.size();
      if (agree > best || found) best = agree, best_start = start;
    }
    if (!found) {
      const std::size_t line = best_start + best;
      return {{where, fmt::format("this code is not in {}{}\n  shown:    {}\n  the file: {}",
                                  block.argument, from > 0 ? " after what comes before it" : "",
                                  piece[best],
                                  best == 0            ? "(no such line)"
                                  : line < file.size() ? file[line]
                                                       : "(its end)")}};
    }
    from = best_start + piece.size();
  }
  return {};
}

std::vector<Problem> check_links(const std::vector<Page>& pages, const fs::path& root) {
  std::map<std::string, const Page*> by_name;
  for (const Page& page : pages) by_name[page.file.string()] = &page;

  std::vector<Problem> problems;
  for (const Page& page : pages) {
    for (const Link& link : page.links) {
      if (link.target.find("://") != std::string::npos || link.target.starts_with("mailto:"))
        continue;
      const auto hash = link.target.find('#');
      const std::string path = link.target.substr(0, hash);
      const fs::path target =
          path.empty() ? page.file : (page.file.parent_path() / path).lexically_normal();
      const std::string where = fmt::format("{}:{}", page.file.string(), link.line);
      if (!fs::exists(root / target)) {
        problems.push_back({where, fmt::format("this link leads nowhere: {}", link.target)});
        continue;
      }
      const auto it = by_name.find(target.string());
      if (hash == std::string::npos || it == by_name.end()) continue;
      const std::string anchor = link.target.substr(hash + 1);
      const auto& headings = it->second->headings;
      if (std::none_of(headings.begin(), headings.end(),
                       [&](const Heading& h) { return h.anchor == anchor; })) {
        std::string known;
        for (const Heading& heading : headings) known += " #" + heading.anchor;
        problems.push_back({where, fmt::format("{} has no heading #{}; it has{}", target.string(),
                                               anchor, known)});
      }
    }
  }
  return problems;
}

std::vector<Problem> check_chapters(const std::vector<Page>& pages, const fs::path& root) {
  std::vector<Problem> problems;
  if (!fs::exists(root / "chapters")) return problems;
  for (const auto& chapter : fs::directory_iterator(root / "chapters")) {
    if (!fs::exists(chapter.path() / "main.cpp")) continue;
    const auto readme = (chapter.path() / "README.md").lexically_relative(root);
    const auto page =
        std::find_if(pages.begin(), pages.end(), [&](const Page& p) { return p.file == readme; });
    if (page == pages.end()) {
      problems.push_back({readme.string(), "this chapter has a program and no README.md"});
      continue;
    }
    // A chapter whose first slice alone is built says so, and may lack parts.
    const auto unfinished = [](const std::string& line) {
      return trim(line) == "<!-- chapter: first slice -->";
    };
    if (std::any_of(page->prose.begin(), page->prose.end(), unfinished)) continue;

    if (page->headings.empty() || page->headings[0].level != 1) {
      problems.push_back({readme.string(), "it begins with one title: # ..."});
    }
    for (const char* word : {"predict", "run", "rust", "wrong", "exercises", "next"}) {
      const auto has_it = [&](const Heading& h) {
        return h.level == 2 && lower(h.text).find(word) != std::string::npos;
      };
      if (std::none_of(page->headings.begin(), page->headings.end(), has_it)) {
        problems.push_back({readme.string(), fmt::format("it has no part '## ... {} ...'", word)});
      }
    }
    const PagePointers all = pages_of_chapter(pages, *page);
    for (const Page* further : all) {
      if (further != &*page && !links_to(*page, *further)) {
        problems.push_back({further->file.string(), "README.md beside it has no link to it"});
      }
    }
    // The names come from solutions/: exercises/ is the reader's.
    for (const auto& file : files_under(chapter.path() / "solutions", {".h"})) {
      check_hints(all, file.stem().string(), problems);
    }
    // A piece of the house has none there: its solution is a file of the book.
    const fs::path list = chapter.path() / "CMakeLists.txt";
    const std::string lists = fs::exists(list) ? read_file(list) : "";
    static const std::regex kPiece(R"(\nadd_piece\(\w+ (\w+) )");
    for (std::sregex_iterator it(lists.begin(), lists.end(), kPiece), end; it != end; ++it) {
      check_hints(all, (*it)[1], problems);
    }
  }
  return problems;
}

}  // namespace book::docs
