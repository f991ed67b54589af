// What must not compile, compiled. Each file of refusals/ has one line, under `#ifdef REFUSED`,
// that the compiler has to refuse; without it the file has to compile, so that nothing else is to
// blame. Its first line says which words the refusal must contain, and README.md shows them to the
// reader.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/watchdog.h"

namespace book {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("can not read " + path.string());
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

fs::path folder() { return test::source_dir() / "tests/chapters/06_pinning/refusals"; }
std::string readme() { return content_of(test::source_dir() / "chapters/06_pinning/README.md"); }

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() == ".cpp") names.push_back(entry.path().stem().string());
  }
  return names;
}

/// The words on the first line of a case.
std::string words_of(const std::string& name) {
  const std::string source = content_of(folder() / (name + ".cpp"));
  const std::string mark = "// refused: ";
  if (!source.starts_with(mark)) throw std::runtime_error(name + ".cpp must begin: " + mark);
  return source.substr(mark.size(), source.find('\n') - mark.size());
}

struct Verdict {
  bool compiles = false;
  std::string said;
};

/// Asks the compiler of this build, once for each question; nothing is written.
const Verdict& compile(const std::string& name, const std::string& option) {
  static std::map<std::string, Verdict> known;
  if (const auto at = known.find(name + option); at != known.end()) return at->second;
  std::string compiler = content_of(test::binary_dir() / "chapters/06_pinning/compiler.txt");
  compiler.erase(compiler.find_last_not_of(" \n") + 1);
  const std::string top = test::source_dir().string();
  const std::string command = "cd '" + top + "' && LC_ALL=C '" + compiler +
                              "' -std=c++20 -fsyntax-only -fdiagnostics-color=never " + option +
                              " -I. -Ichapters tests/chapters/06_pinning/refusals/" + name +
                              ".cpp 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("can not run " + command);
  std::string said;
  std::array<char, 4096> part{};
  while (const std::size_t size = std::fread(part.data(), 1, part.size(), pipe)) {
    said.append(part.data(), size);
  }
  return known[name + option] = {::pclose(pipe) == 0, said};
}

class Refusals : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { test::give_this_test(std::chrono::seconds(120)); }
};

TEST_P(Refusals, CompilesWithoutTheLine) {
  const Verdict& verdict = compile(GetParam(), "");
  EXPECT_TRUE(verdict.compiles) << "Something else is wrong in refusals/" << GetParam() << ".cpp:\n"
                                << verdict.said;
}

TEST_P(Refusals, TheCompilerRefusesTheLineAndSaysWhy) {
  const Verdict& verdict = compile(GetParam(), "-DREFUSED");
  EXPECT_FALSE(verdict.compiles) << "refusals/" << GetParam() << ".cpp compiles, and must not.";
  EXPECT_NE(verdict.said.find(words_of(GetParam())), std::string::npos)
      << "It is refused, but not with the words \"" << words_of(GetParam()) << "\":\n"
      << verdict.said;
}

TEST_P(Refusals, TheReadmeShowsTheWords) {
  const std::string page = readme();
  EXPECT_NE(page.find("refusals/" + GetParam() + ".cpp"), std::string::npos)
      << "README.md does not lead to refusals/" << GetParam() << ".cpp";
  EXPECT_NE(page.find(words_of(GetParam())), std::string::npos)
      << "README.md does not show the words \"" << words_of(GetParam()) << "\"";
}

INSTANTIATE_TEST_SUITE_P(All, Refusals, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param; });

/// The lines of README.md that begin so are what g++ says, whole.
TEST(RefusalsInTheReadme, AreWhatGccSays) {
#if defined(__clang__)
  GTEST_SKIP() << "clang puts our words into another frame";
#endif
  test::give_this_test(std::chrono::seconds(120));
  std::string all;
  for (const std::string& name : cases()) all += compile(name, "-DREFUSED").said;
  std::istringstream page(readme());
  int shown = 0;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("error: ")) continue;
    ++shown;
    const bool ours = line.starts_with("error: static assertion failed: ");
    if (!ours && __GNUC__ > 12) continue;  // another version may put it differently
    EXPECT_NE(all.find(line), std::string::npos) << "No refusal contains this line:\n" << line;
  }
  EXPECT_GE(shown, 2)
      << "README.md shows the two refusals in our own words, get_mut and no_promise";
}

}  // namespace
}  // namespace book
