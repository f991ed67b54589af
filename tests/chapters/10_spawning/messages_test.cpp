// The mistakes that everybody makes first, and what the compiler says to them: one sentence of the
// book's, and not a page without a hint. Each file of messages/ has the mistake under #ifdef
// REFUSED.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "support/asks_the_compiler.h"
#include "support/compile.h"
#include "support/paths.h"

namespace book {
namespace messages_test {

constexpr const char* kFolder = "tests/chapters/10_spawning/messages";

class Messages : public test::AsksTheCompiler {
 protected:
  std::string file() const { return std::string(kFolder) + "/" + GetParam() + ".cpp"; }
};

TEST_P(Messages, CompilesWithoutTheMistake) {
  const test::Verdict& verdict = test::compile(file());
  EXPECT_TRUE(verdict.compiles) << "Something else is wrong in " << file() << ":\n" << verdict.said;
}

TEST_P(Messages, SaysInOneSentenceWhatIsWrong) {
  const test::Verdict& verdict = test::compile(file(), "-DREFUSED");
  EXPECT_FALSE(verdict.compiles) << file() << " compiles, and must not.";
  const std::string words = test::words_of(test::source_dir() / file());
  const std::size_t sentence = verdict.said.find(words);
  ASSERT_NE(sentence, std::string::npos) << "It does not say \"" << words << "\":\n"
                                         << verdict.said;
  const auto lines_before = std::count(
      verdict.said.begin(), verdict.said.begin() + static_cast<std::ptrdiff_t>(sentence), '\n');
  EXPECT_LE(lines_before, 5) << "The sentence stands too far down:\n" << verdict.said;
}

INSTANTIATE_TEST_SUITE_P(All, Messages,
                         testing::ValuesIn(test::cases_in(test::source_dir() / kFolder)),
                         [](const auto& info) { return info.param; });

}  // namespace messages_test
}  // namespace book
