#include "support/teaching_printer.h"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/paths.h"
#include "support/sanitizer.h"
#include "support/tests/shell.h"

namespace book::test {
namespace teaching_printer_test {

// What GoogleTest says of a failure: `fails` has one.
std::string message_of(const std::function<void()>& fails) {
  testing::TestPartResultArray results;
  {
    const testing::ScopedFakeTestPartResultReporter reporter(
        testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results);
    fails();
  }
  return results.size() == 1 ? results.GetTestPartResult(0).message() : "not one failure";
}

const std::string kSentence = "Wake the task.\nIt cannot ask for it itself: see hint 2.";

void expect_apart(const std::function<void()>& fails, const std::string& comparison) {
  const std::string message = message_of(fails);
  const Failure failure = take_apart(message);
  EXPECT_EQ(failure.sentence, kSentence) << message;
  EXPECT_TRUE(failure.comparison.find(comparison) != std::string::npos ||
              (comparison.empty() && failure.comparison.empty()))
      << message;
}

TEST(TakeApart, TellsTheSentenceFromTheComparison) {
  const int polls = 2;
  const std::string two_lines = "a\nb", others = "a\nc";
  expect_apart([&] { EXPECT_EQ(polls, 3) << kSentence; }, "Which is: 2\n  3\n");
  expect_apart([&] { EXPECT_TRUE(polls == 3) << kSentence; }, "Actual: false\nExpected: true\n");
  expect_apart([&] { EXPECT_LT(polls, 1) << kSentence; }, "actual: 2 vs 1\n");
  expect_apart([&] { EXPECT_NEAR(polls, 9.0, 0.5) << kSentence; }, "exceeds 0.5");
  expect_apart([&] { EXPECT_EQ(two_lines, others) << kSentence; }, "With diff:\n@@");
  expect_apart([&] { EXPECT_STREQ("a", "b") << kSentence; }, "\"b\"\n");
  expect_apart([&] { EXPECT_THROW((void)polls, std::logic_error) << kSentence; }, "throws nothing");
  expect_apart([&] { ADD_FAILURE() << kSentence; }, "");
}

TEST(TakeApart, WithoutASentenceTheComparisonIsAll) {
  const Failure failure = take_apart(message_of([] { EXPECT_EQ(1, 2); }));
  EXPECT_EQ(failure.sentence, "");
  EXPECT_NE(failure.comparison.find("Expected equality"), std::string::npos);
}

// Tests that fail, for the one below: only it runs them, in a process of its own.
class DISABLED_AnExercise : public testing::Test {};

TEST_F(DISABLED_AnExercise, FailsThreeTimes) {
  EXPECT_EQ(1, 2) << "The first sentence.";
  EXPECT_EQ(3, 4) << "The second sentence.";
  EXPECT_EQ(5, 6) << "The third sentence.";
}

TEST_F(DISABLED_AnExercise, Throws) { throw std::logic_error("polled after its end"); }

TEST_F(DISABLED_AnExercise, DoesNotEnd) {
  for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
}

TEST_F(DISABLED_AnExercise, Succeeds) {}

ShellResult exercise(const std::string& name) {
  return shell(source_dir(), "BOOK_EXERCISE=1 " + quoted(program("support_test").string()) +
                                 " --gtest_also_run_disabled_tests"
                                 " --gtest_filter=DISABLED_AnExercise." +
                                 name);
}

TEST(TeachingPrinter, BeginsWithTheSentenceAndNamesOneCause) {
  const ShellResult result = exercise("FailsThreeTimes");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.output.find("The first sentence.\n\nDISABLED_AnExercise.FailsThreeTimes ("), 0U)
      << result.output;
  EXPECT_TRUE(result.says("teaching_printer_test.cpp:")) << result.output;
  EXPECT_TRUE(
      result.says("    Expected equality of these values:\n      1\n      2\n"
                  "2 more expectations of this test have failed after it.\n"))
      << result.output;
  EXPECT_FALSE(result.says("The second sentence")) << result.output;
}

TEST(TeachingPrinter, AnExceptionHasAPlaceToo) {
  const ShellResult result = exercise("Throws");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.output.find("polled after its end\n\nDISABLED_AnExercise.Throws ("), 0U)
      << result.output;
  EXPECT_TRUE(result.says("teaching_printer_test.cpp:")) << result.output;
  EXPECT_FALSE(result.says("unknown file")) << result.output;
}

TEST(TeachingPrinter, SaysNothingOfWhatIsGreen) {
  const ShellResult result = exercise("Succeeds");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output, "");
}

TEST(TeachingPrinter, TheWatchdogOfAnExerciseDoesNotLetAStudentWait) {
  if (under_sanitizer()) GTEST_SKIP() << "a sanitizer takes its time";
  const ShellResult result = exercise("DoesNotEnd");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("DoesNotEnd (")) << result.output;
  EXPECT_TRUE(result.says("is not over after 1 second")) << result.output;
}

}  // namespace teaching_printer_test
}  // namespace book::test
