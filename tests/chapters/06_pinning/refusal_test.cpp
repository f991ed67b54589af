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

#include "support/asks_the_compiler.h"
#include "support/compile.h"
#include "support/paths.h"
#include "support/watchdog.h"

namespace book {
namespace refusal_test {

namespace fs = std::filesystem;

using test::content_of;
using test::Verdict;

fs::path folder() { return test::source_dir() / "tests/chapters/06_pinning/refusals"; }
std::string readme() { return content_of(test::source_dir() / "chapters/06_pinning/README.md"); }

std::vector<std::string> cases() { return test::cases_in(folder()); }
std::string words_of(const std::string& name) { return test::words_of(folder() / (name + ".cpp")); }

const Verdict& compile(const std::string& name, const std::string& option) {
  return test::compile("tests/chapters/06_pinning/refusals/" + name + ".cpp", option);
}

class Refusals : public test::AsksTheCompiler {};

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

}  // namespace refusal_test
}  // namespace book
