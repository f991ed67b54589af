#include "support/compile.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "support/paths.h"

namespace book::test {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

std::vector<std::string> cases_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".cpp") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string words_of(const fs::path& file) {
  const std::string source = content_of(file);
  const std::string mark = "// refused: ";
  if (!source.starts_with(mark)) throw std::runtime_error(file.string() + " must begin: " + mark);
  return source.substr(mark.size(), source.find('\n') - mark.size());
}

const Verdict& compile(const std::string& file, const std::string& option) {
  static std::map<std::string, Verdict> known;
  const std::string question = file + " " + option;
  if (const auto at = known.find(question); at != known.end()) return at->second;
  std::string compiler = content_of(binary_dir() / "chapters/06_pinning/compiler.txt");
  compiler.erase(compiler.find_last_not_of(" \n") + 1);
  const std::string command = "cd '" + source_dir().string() + "' && LC_ALL=C '" + compiler +
                              "' -std=c++20 -fsyntax-only -fdiagnostics-color=never " + option +
                              " -I. -Ichapters '" + file + "' 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string said;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    said.append(part.data(), size);
  }
  return known[question] = {::pclose(pipe) == 0, said};
}

}  // namespace book::test
