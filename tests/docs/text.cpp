#include "docs/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace book::docs {
namespace fs = std::filesystem;

void expect_none(const std::vector<Problem>& problems) {
  for (const Problem& problem : problems) {
    // The failure is shown at the page or source, where an editor can jump to it.
    const auto colon = problem.where.rfind(':');
    const std::string file = problem.where.substr(0, colon);
    const int line = colon == std::string::npos ? 1 : std::atoi(problem.where.c_str() + colon + 1);
    ADD_FAILURE_AT(file.c_str(), line) << problem.what;
  }
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == text.npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_readers_file(const fs::path& path) {
  const auto chapters = std::find(path.begin(), path.end(), "chapters");
  return chapters != path.end() && std::find(chapters, path.end(), "exercises") != path.end();
}

bool exercises_are_checked() { return std::getenv("BOOK_CHECK_EXERCISES") != nullptr; }

std::vector<fs::path> files_under(const fs::path& folder,
                                  std::initializer_list<std::string_view> endings) {
  std::vector<fs::path> found;
  if (!fs::exists(folder)) return found;
  for (auto entry = fs::recursive_directory_iterator(folder); entry != fs::end(entry); ++entry) {
    const std::string name = entry->path().filename().string();
    if (entry->is_directory()) {
      const bool built = entry.depth() == 0 && name.starts_with("build");
      if (name.starts_with(".") || built) entry.disable_recursion_pending();
      continue;
    }
    const auto relative = entry->path().lexically_relative(folder.parent_path());
    if (is_readers_file(relative) && !exercises_are_checked()) continue;
    for (std::string_view ending : endings) {
      if (name.ends_with(ending)) found.push_back(entry->path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string code_only(std::string_view source) {
  std::string code(source);
  const auto blank = [&](std::size_t from, std::size_t to) {
    for (; from < std::min(to, code.size()); ++from) {
      if (code[from] != '\n') code[from] = ' ';
    }
  };
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  std::size_t i = 0;
  while (i < source.size()) {
    const auto rest = source.substr(i);
    std::size_t end = i + 1;
    if (rest.starts_with("//")) {
      end = std::min(source.find('\n', i), source.size());
      blank(i, end);
    } else if (rest.starts_with("/*")) {
      end = std::min(source.find("*/", i + 2), source.size() - 2) + 2;
      blank(i, end);
    } else if (rest.starts_with("R\"")) {
      const auto open = source.find('(', i);
      const std::string close = ")" + std::string(source.substr(i + 2, open - i - 2)) + "\"";
      end = std::min(source.find(close, open), source.size() - close.size()) + close.size();
      blank(i, end);
    } else if (source[i] == '"' || (source[i] == '\'' && (i == 0 || !is_word(source[i - 1])))) {
      while (end < source.size() && source[end] != source[i] && source[end] != '\n') {
        end += source[end] == '\\' ? 2 : 1;
      }
      end = std::min(end + 1, source.size());
      blank(i + 1, end - 1);  // the quotes stay: an include is still one
    }
    i = end;
  }
  return code;
}

int line_of(std::string_view text, std::size_t position) {
  return 1 + static_cast<int>(std::count(
                 text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

}  // namespace book::docs
