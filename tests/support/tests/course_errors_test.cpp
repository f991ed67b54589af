// What is told of the mistakes that one makes: each file of tests/docs/errors/ is compiled as its
// exercise would be, and what comes through tests/support/make/errors.awk must have the words that
// the file names, and no more lines. Where nothing is compiled, the log of a compiler stands here.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/tests/shell.h"

namespace book::test {
namespace course_errors_test {
namespace fs = std::filesystem;

std::string name_of(const testing::TestParamInfo<fs::path>& mistake) {
  return mistake.param.stem().string();
}

std::vector<fs::path> mistakes() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/docs/errors")) {
    if (entry.path().extension() == ".h") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// What follows `key` in a line of the file's head.
std::string in_head(const std::string& text, const std::string& key) {
  const std::string begin = "//     " + key;
  const auto at = text.find(begin);
  if (at == text.npos) return {};
  const auto from = text.find_first_not_of(' ', at + begin.size());
  return text.substr(from, text.find('\n', from) - from);
}

class Mistake : public testing::TestWithParam<fs::path> {};

#ifdef __clang__
constexpr const char* kCompiler = "clang";
#else
constexpr const char* kCompiler = "g++";
#endif

TEST_P(Mistake, IsToldInAFewLines) {
  if (under_sanitizer()) GTEST_SKIP() << "what the compiler says is the same";
  const std::string mistake = GetParam().lexically_relative(source_dir()).string();
  const TemporaryFolder scratch;
  const ShellResult result =
      shell(source_dir(), "sh tests/docs/errors/compile.sh " + quoted(binary_dir().string()) + " " +
                              quoted(scratch.path().string()) + " " + quoted(mistake));
  ASSERT_EQ(result.code, 0) << result.output;

  std::string head(std::istreambuf_iterator<char>(std::ifstream(GetParam()).rdbuf()), {});
  const std::string words = in_head(head, kCompiler);
  ASSERT_NE(words, "") << "its head names no words for " << kCompiler;
  EXPECT_TRUE(result.says(words)) << words << "\n\nis not in\n\n" << result.output;
  EXPECT_TRUE(result.says(mistake + ":")) << "no place:\n" << result.output;

  // The last line says how many lines there were before.
  const auto lines = std::count(result.output.begin(), result.output.end(), '\n') - 1;
  EXPECT_LE(lines, std::stol(in_head(head, "lines"))) << result.output;
  EXPECT_GE(lines, 3) << "the place, the line, and the caret";
  if (std::getenv("BOOK_ERRORS")) std::cout << name_of({GetParam(), 0}) << " " << result.output;
}

INSTANTIATE_TEST_SUITE_P(Typical, Mistake, testing::ValuesIn(mistakes()), name_of);

/// The filter on a log, for a reader whose file is `text`.
class Filter : public testing::Test {
 protected:
  ShellResult filter(const std::string& log, const std::string& options = "") {
    folder_.write("log", log);
    return shell(folder_.path(),
                 "LC_ALL=C awk -v mine=ex/a.h -v top=/top " + options + " -f " +
                     quoted((source_dir() / "tests/support/make/errors.awk").string()) + " log");
  }
  TemporaryFolder folder_;
};

constexpr const char* kLinker =
    "/usr/bin/ld: a_test.cpp.o: in function `book::exercise::Join3<int>::poll(book::Context&)':\n"
    "/top/ex/a.h:23: undefined reference to `book::exercise::note_a_poll(int)'\n"
    "/usr/bin/ld: a_test.cpp.o: in function `book::exercise::other()':\n"
    "/top/ex/a.h:29: undefined reference to `book::exercise::note_a_poll(int)'\n"
    "collect2: error: ld returned 1 exit status\n";

TEST_F(Filter, NamesWhatTheLinkerMisses) {
  EXPECT_EQ(filter(kLinker).output,
            "note_a_poll(int) is declared, never defined: the linker looked for it in vain.\n"
            "  ex/a.h:23\n");
  EXPECT_EQ(
      filter("ld.lld: error: undefined symbol: book::ring(int)\n>>> referenced by a.h:3\n").output,
      "ring(int) is declared, never defined: the linker looked for it in vain.\n");
  EXPECT_TRUE(filter("ld: b.o: in function `book::ring()':\n/top/ex/a.h:3: multiple definition of "
                     "`book::ring()'; a.o:/top/ex/a.h:3: first defined here\n")
                  .says("ring() is defined twice."));
}

TEST_F(Filter, ErrorsHideWarnings) {
  const std::string warning =
      "/top/ex/a.h:3:5: warning: unused variable 'b' [-Wunused-variable]\n    3 |     int b;\n"
      "      |         ^\n";
  const std::string error =
      "/top/ex/a.h:4:5: error: 'c' was not declared in this scope\n    4 |     c = 1;\n      |     "
      "^\n";
  EXPECT_EQ(
      filter(warning).output,
      "  ex/a.h:3:5: warning: unused variable 'b'\n      3 |     int b;\n        |         ^\n");
  EXPECT_EQ(filter(warning, "-v half_done=1").output, "") << "no news in a file that is half done";
  EXPECT_EQ(filter(warning + error).output,
            "  ex/a.h:4:5: error: 'c' was not declared in this scope\n"
            "      4 |     c = 1;\n        |     ^\n");
}

TEST_F(Filter, WarningsElsewhereAreNotTheReaders) {
  EXPECT_EQ(filter("common/poll.h:3:5: warning: unused variable 'b' [-Wunused-variable]\n").output,
            "");
}

TEST_F(Filter, ShowsTwoAndCountsTheRest) {
  std::string log;
  for (int line = 1; line <= 5; ++line) {
    const std::string place = "ex/a.h:" + std::to_string(line);
    log += place + ":1: error: '" + std::string(1, static_cast<char>('a' + line)) +
           "' was not declared\n";
    log += place + ":1: error: '" + std::string(1, static_cast<char>('a' + line)) +
           "' was not declared\n";
  }
  EXPECT_EQ(filter(log).output,
            "  ex/a.h:1:1: error: 'b' was not declared\n"
            "  ex/a.h:2:1: error: 'c' was not declared\n"
            "  (3 more: RAW=1)\n");
}

TEST_F(Filter, AsksForTheFileAloneWhenNothingIsInItOrTooMuchAnywhere) {
  const std::string elsewhere = "/usr/include/c++/12/bits/random.h:7:1: error: expected '}'\n";
  EXPECT_EQ(filter(elsewhere).code, 3);
  EXPECT_EQ(filter(elsewhere).output, "");
  EXPECT_TRUE(filter(elsewhere, "-v whole=1").says("random.h:7:1: error: expected '}'"));
  std::string flood = "ex/a.h:1:1: error: 'b' was not declared\n";
  for (int i = 0; i < 50; ++i) flood += elsewhere;
  EXPECT_EQ(filter(flood).code, 3);
}

// By the count alone it would always be the namespace.
TEST_F(Filter, FindsTheBraceThatIsNeverClosedByTheWayTheLinesAreIndented) {
  const std::vector<std::string> lines = {
      "namespace book::exercise {",       // 1
      "",                                 // 2
      "class Alarm {",                    // 3
      " public:",                         // 4
      "  explicit Alarm(int a)",          // 5
      "      : a_(a) {",                  // 6
      "    if (a > 0) {  // it's \"{\"",  // 7
      "      ring('{', \"}\");",          // 8
      "    } else {",                     // 9
      "      sleep([&] {",                // 10
      "        wake();",                  // 11
      "      });",                        // 12
      "    }",                            // 13
      "  }",                              // 14
      "  int a_ = {};",                   // 15
      "};",                               // 16
      "",                                 // 17
      "inline int wait(Alarm& alarm,",    // 18
      "                int rings) {",     // 19
      "  return rings;",                  // 20
      "}",                                // 21
      "",                                 // 22
      "inline int twice() {",             // 23
      "  return 2;",                      // 24
      "}",                                // 25
      "",                                 // 26
      "}  // namespace book::exercise",   // 27
  };
  // Without the line on the left, it is the brace in the line on the right.
  const std::vector<std::pair<std::size_t, int>> closers = {{12, 10}, {13, 9},  {14, 6},
                                                            {16, 3},  {21, 19}, {25, 23}};
  for (const auto& [missing, opened] : closers) {
    std::string text;
    for (std::size_t line = 1; line <= lines.size(); ++line) {
      if (line != missing) text += lines[line - 1];
      text += "\n";
    }
    folder_.write("ex/a.h", text);
    const ShellResult result =
        shell(folder_.path(),
              "echo \"ex/a.h:27:2: error: expected '}' at end of input\" >log; LC_ALL=C awk "
              "-v mine=ex/a.h -v top=. -f " +
                  quoted((source_dir() / "tests/support/make/errors.awk").string()) + " log");
    EXPECT_EQ(
        result.output.find("A { is never closed. By the way the lines are indented, it is the one "
                           "in line " +
                           std::to_string(opened) + ".\n"),
        0U)
        << "without the } of line " << missing << ": " << result.output;
  }
}

TEST_F(Filter, ReadsColoursAndPathsThatLeadOutOfTheBuild) {
  EXPECT_EQ(
      filter("\033[01m\033[K../ex/a.h:4:5:\033[m\033[K \033[01;31m\033[Kerror: \033[m\033[K'c' was "
             "not declared\n")
          .output,
      "  ex/a.h:4:5: error: 'c' was not declared\n");
}

TEST_F(Filter, ACompilerThatCrashesIsNotTheReadersFault) {
  const ShellResult result = filter(
      "ex/a.h: In function 'canary::Task canary::mistake()':\n"
      "ex/a.h:7:42: internal compiler error: in build_special_member_call, at cp/call.cc:11093\n"
      "    7 |   const bool ok = Tracked(1).value == 1 && co_await one(Tracked(1)) == 1;\n"
      "      |                                          ^~~~~~~~\n"
      "Please submit a full bug report, with preprocessed source (by using -freport-bug).\n");
  EXPECT_EQ(
      result.output.find("The compiler itself crashed, as g++ 12 does at some shapes of co_await"),
      0U)
      << result.output;
  EXPECT_TRUE(result.says("  ex/a.h:7:42: error: ")) << result.output;
}

}  // namespace course_errors_test
}  // namespace book::test
