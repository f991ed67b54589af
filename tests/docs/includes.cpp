#include <fmt/format.h>

#include <regex>

#include "docs/sources.h"

namespace book::docs {
namespace fs = std::filesystem;
namespace {

// The number of the chapter a path leads into, 0 for common/, -1 for anything else.
int floor_of(const fs::path& path) {
  static const std::regex chapter(R"((?:^|.*/)(\d\d)_\w+/.*)");
  const std::string text = path.generic_string();
  std::smatch match;
  if (std::regex_match(text, match, chapter)) return std::stoi(match[1]);
  return text.starts_with("common/") ? 0 : -1;
}

}  // namespace

std::vector<Problem> check_includes(const fs::path& file, const std::string& source) {
  static const std::regex include(R"re(^\s*#\s*include\s*"([^"]+)")re");
  std::vector<Problem> problems;
  const std::string top = file.begin()->string();
  if (top != "common" && top != "chapters") return problems;
  if (file == "chapters/book.h") return problems;  // above all of them
  const int own = floor_of(file);

  // Comments are blanked, and so is the name between the quotes: it is read from the source.
  const auto lines = split_lines(source), code = split_lines(code_only(source));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::smatch match;
    if (code[i].find("#include <fmt/core.h>") != std::string::npos) {
      problems.push_back({fmt::format("{}:{}", file.string(), i + 1),
                          "<fmt/core.h> has no fmt::format any more from fmt 12 on: include "
                          "<fmt/format.h>"});
    }
    if (code[i].find("include") == std::string::npos ||
        !std::regex_search(lines[i], match, include))
      continue;
    const std::string name = match[1];
    const auto complain = [&](const std::string& what) {
      problems.push_back({fmt::format("{}:{}", file.string(), i + 1), what});
    };
    if (name.starts_with("support/") || name.starts_with("tests/") || name.starts_with("docs/")) {
      complain(fmt::format("\"{}\": the book does not stand on its tests", name));
      continue;
    }
    if (name == "book.h")
      complain("\"book.h\" is the roof: programs outside of the book include it");
    int other = floor_of(name);
    if (other < 0) other = floor_of((file.parent_path() / name).lexically_normal());
    if (own == 0 && other > 0) {
      complain(fmt::format("\"{}\": common/ is the ground floor and includes no chapter", name));
    } else if (other > own) {
      complain(
          fmt::format("\"{}\" is upstairs: chapter {:02} includes common/ and chapters up to "
                      "{:02}. Move what both "
                      "need down, or use it from above",
                      name, own, own));
    }
  }
  return problems;
}

}  // namespace book::docs
