// Wrong answers that are patches: how they are applied, checked and made.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace patch_test {
namespace fs = std::filesystem;

const std::string kHead =
    "# Wrong: gives three times as much.\n"
    "--- a/chapters/01_x/solutions/twice.h\n"
    "+++ b/chapters/01_x/solutions/twice.h\n";
const std::string kSolution =
    "// Solved.\n#pragma once\n\nint twice(int n) {\n  return 2 * n;\n}\n";
const std::string kPatch =
    kHead + "@@ -4,3 +4,3 @@\n int twice(int n) {\n-  return 2 * n;\n+  return 3 * n;\n }\n";
const std::string kWrong = "// Solved.\n#pragma once\n\nint twice(int n) {\n  return 3 * n;\n}\n";

struct Applied {
  ShellResult run;
  std::string text;
};

Applied patched(const std::string& patch, const std::string& original) {
  const TemporaryFolder folder;
  folder.write("x.patch", patch);
  folder.write("a.h", original);
  const fs::path script = source_dir() / "tests/support/cmake/patch.cmake";
  Applied applied;
  applied.run = shell(folder.path(), "cmake -D PATCH=x.patch -D ORIGINAL=a.h -D RESULT=b.h -P " +
                                         quoted(script.string()));
  applied.text = folder.read("b.h");
  return applied;
}

TEST(Patch, PutsTheMistakeIntoTheSolution) {
  const Applied applied = patched(kPatch, kSolution);
  EXPECT_EQ(applied.run.code, 0) << applied.run.output;
  EXPECT_EQ(applied.text, kWrong);
}

TEST(Patch, FindsItsLinesWhereverTheyStandNow) {
  EXPECT_EQ(patched(kPatch, "// One line more.\n" + kSolution).text,
            "// One line more.\n" + kWrong);
}

TEST(Patch, MayHaveSeveralParts) {
  const std::string parts =
      "@@ -1,2 +1 @@\n-a\n b\n@@ -4,2 +3,3 @@\n d\n+\n+D\n e\n@@ -7 +7 @@\n-g\n+G\n";
  EXPECT_EQ(patched(parts, "a\nb\nc\nd\ne\nf\ng\n").text, "b\nc\nd\n\nD\ne\nf\nG\n");
}

TEST(Patch, KnowsTheEndsOfLinesOfWindows) {
  const auto windows = [](const std::string& text) {
    std::string with;
    for (const char c : text) with += c == '\n' ? "\r\n" : std::string(1, c);
    return with;
  };
  EXPECT_EQ(patched(windows(kPatch), kSolution).text, kWrong);
  EXPECT_EQ(patched(kPatch, windows(kSolution)).text, kWrong);
  EXPECT_EQ(patched(windows(kPatch), windows(kSolution)).text, kWrong);
}

TEST(Patch, ReadsNothingIntoTheSigns) {
  const std::string signs = R"(a;b [c] ]] "d" \n \\ ${e} @f@ $ENV{g} (h|i)* \1 ü)";
  EXPECT_EQ(
      patched("@@ -1,2 +1,2 @@\n " + signs + "\n-x;\n+--" + signs + "\n", signs + "\nx;\n\n").text,
      signs + "\n--" + signs + "\n\n");
}

TEST(Patch, AnEmptyLineIsALineLikeOthers) {
  EXPECT_EQ(patched("@@ @@\n a\n\n-b\n", "a\n\nb\nc\n").text, "a\n\nc\n")
      << "its blank was stripped";
  EXPECT_EQ(patched("@@ @@\n a\n \n-b\n", "a\n\nb\nc\n").text, "a\n\nc\n");
}

void expect_refused(const std::string& patch, const std::string& original,
                    const std::string& because) {
  const Applied applied = patched(patch, original);
  EXPECT_NE(applied.run.code, 0) << patch;
  EXPECT_TRUE(applied.text.empty()) << applied.text;
  // CMake breaks the line where it likes.
  std::string output = applied.run.output;
  for (std::size_t at = 0; (at = output.find("\n ", at)) != std::string::npos;) {
    const std::size_t end = output.find_first_not_of(" \n", at);
    output.replace(at, end - at, " ");
  }
  for (const std::string& words : {std::string("x.patch does not apply to a.h"), because,
                                   std::string("make it anew: tests/docs/README.md")}) {
    EXPECT_NE(output.find(words), std::string::npos) << words << "\n" << output;
  }
}

TEST(Patch, WhatDoesNotApplyIsRefusedAndSaysWhy) {
  expect_refused(kPatch, "int twice(int n) { return n + n; }\n",
                 "at @@ -4,3 +4,3 @@, that are not there");
  expect_refused(kPatch, kSolution + kSolution, "that are there more than once");
  expect_refused("@@ @@\n-b\n+B\n@@ @@\n-a\n+A\n", "a\nb\n",
                 "that are not there");  // in this order
  expect_refused("@@ @@\n-wice\n", "twice\n", "that are not there");
  expect_refused("@@ @@\n+at no place\n", "a\n", "more than once");
  expect_refused(kHead, kSolution, "has no part");
}

// A project with one chapter, one exercise and one wrong answer.
class WrongAnswers : public testing::Test {
 protected:
  WrongAnswers() {
    folder_.write("chapters/01_x/main.cpp", "");
    folder_.write(
        "chapters/01_x/CMakeLists.txt",
        "add_exercise(01_x twice\n  WRONG thrice \"words\"\n        by_hand \"words\")\n");
    folder_.write("chapters/01_x/solutions/twice.h", kSolution);
    folder_.write(kThrice, kPatch);
    fs::create_directory_symlink(source_dir() / "tests/support", folder_.path() / "tests/support");
  }

  ShellResult check() {
    return shell(folder_.path(), "cmake -P tests/support/cmake/check_wrong_answers.cmake");
  }
  ShellResult wrong(const std::string& words) {
    return shell(folder_.path(), "sh tests/support/make/wrong.sh " + words);
  }
  void expect_complaint(const std::string& words) {
    const ShellResult result = check();
    EXPECT_NE(result.code, 0);
    EXPECT_TRUE(result.says(words)) << result.output;
  }

  static constexpr const char* kThrice = "tests/exercises/01_x/wrong/twice_thrice.patch";
  TemporaryFolder folder_;
};

TEST_F(WrongAnswers, ThatApplyAreAccepted) {
  folder_.write("tests/exercises/01_x/wrong/twice_by_hand.h", "// Wrong: adds.\n#pragma once\n");
  const ShellResult result = check();
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(result.says("1 patches apply")) << result.output;
}

TEST_F(WrongAnswers, AnEditedSolutionShowsInTheTests) {
  folder_.write("chapters/01_x/solutions/twice.h",
                "#pragma once\nint twice(int n) { return n + n; }\n");
  expect_complaint(
      "tests/exercises/01_x/wrong/twice_thrice.patch does not apply to "
      "chapters/01_x/solutions/twice.h: it expects lines");
}

TEST_F(WrongAnswers, EachSaysItsMistakeFirst) {
  folder_.write(kThrice, kPatch.substr(kPatch.find("---")));
  expect_complaint("twice_thrice.patch does not begin with # Wrong: what it does");
  folder_.write("tests/exercises/01_x/wrong/twice_by_hand.h", "#pragma once\n");
  expect_complaint("twice_by_hand.h does not begin with the mistake");
}

TEST_F(WrongAnswers, OneThatNoChapterNamesIsFound) {
  folder_.write("tests/exercises/01_x/wrong/twice_other.patch", kPatch);
  expect_complaint("twice_other.patch is not proved");
}

TEST_F(WrongAnswers, NoneAtAllIsAMistakeToo) {
  fs::remove(folder_.path() / kThrice);
  expect_complaint("There is no patch");
}

TEST_F(WrongAnswers, AnAuthorMakesOneOfAnEditedCopy) {
  fs::remove(folder_.path() / kThrice);
  EXPECT_EQ(wrong("1 twice thrice").code, 0);
  EXPECT_EQ(folder_.read("build/wrong/01_x/twice_thrice.h"), kSolution);
  const ShellResult early = wrong("1 twice thrice 'too early'");
  EXPECT_EQ(early.code, 1);
  EXPECT_TRUE(early.says("is the solution still")) << early.output;

  folder_.write("build/wrong/01_x/twice_thrice.h", kWrong);
  const ShellResult made = wrong("1 twice thrice 'gives three times as much.'");
  EXPECT_EQ(made.code, 0) << made.output;
  EXPECT_EQ(folder_.read(kThrice), kPatch);
  EXPECT_EQ(check().code, 0);
}

TEST_F(WrongAnswers, AnAuthorEditsWhatThePatchMakes) {
  EXPECT_EQ(wrong("01_x twice thrice").code, 0);
  EXPECT_EQ(folder_.read("build/wrong/01_x/twice_thrice.h"), kWrong);
  const ShellResult again = wrong("01_x twice thrice");
  EXPECT_EQ(again.code, 1) << "an edited copy is not thrown away";
  EXPECT_TRUE(again.says("is there already")) << again.output;
}

TEST_F(WrongAnswers, APatchTakesAsMuchAroundItAsMakesItsPlaceClear) {
  const std::string solution =
      "int a() {\n  begin();\n  go();\n}\nint b() {\n  begin();\n  go();\n}\n";
  folder_.write("chapters/01_x/solutions/twice.h", solution);
  EXPECT_EQ(wrong("1 twice by_hand").code, 0);
  const std::string answer =
      "int a() {\n  begin();\n  go();\n}\nint b() {\n  begin();\n  stay();\n  go();\n}\n";
  folder_.write("build/wrong/01_x/twice_by_hand.h", answer);
  EXPECT_EQ(wrong("1 twice by_hand 'stays.'").code, 0);
  const std::string patch = folder_.read("tests/exercises/01_x/wrong/twice_by_hand.patch");
  EXPECT_EQ(patched(patch, solution).text, answer) << patch;
}

}  // namespace patch_test
}  // namespace book::test
