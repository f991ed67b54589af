// `make exercise` with a ninja, a cmake and exercises that are small scripts.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/tests/exercise_tree.h"

namespace book::test {
namespace exercise_sh_test {
namespace fs = std::filesystem;

class MakeExercise : public testing::Test {
 protected:
  void program(const std::string& name, const std::string& body) { tree_.program(name, body); }
  ShellResult make(const std::string& variables) {
    return tree_.run("exercise.sh reader", variables);
  }
  ExerciseTree tree_;
};

TEST_F(MakeExercise, RunsThemInOrderUpToTheFirstRedOne) {
  const ShellResult green = make("CHAPTER=1 EXERCISE=");
  EXPECT_EQ(green.code, 0);
  EXPECT_TRUE(green.says("(1 of 2) alarm: green\n(2 of 2) bell: green\n\nWell done."))
      << green.output;

  program("alarm", "echo 'Keep the waker.'; exit 1");
  const ShellResult red = make("CHAPTER=1 EXERCISE=");
  EXPECT_EQ(red.code, 1);
  EXPECT_TRUE(red.says("(1 of 2) alarm: red\n\nKeep the waker.\n\nYour file:")) << red.output;
  EXPECT_FALSE(red.says("bell")) << red.output;
}

TEST_F(MakeExercise, OneThatDoesNotExistIsRefusedWithTheNames) {
  const ShellResult result = make("CHAPTER=1 EXERCISE=nosuch");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.output, "Chapter 01 has no exercise 'nosuch'. It has: alarm bell\n");
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=al").code, 2) << "half of a name";
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=.*").code, 2) << "a pattern";
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=-v").code, 2) << "an option";
  EXPECT_EQ(make("").code, 2) << "none";
  EXPECT_EQ(make("CHAPTER=1 SANITIZE=nosuch").code, 2);
}

TEST_F(MakeExercise, NeedsNoChapterWhenTheNameSaysItAll) {
  EXPECT_TRUE(make("EXERCISE=gong").says("(1 of 2) gong: green"));
  const ShellResult two = make("EXERCISE=bell");
  EXPECT_EQ(two.code, 2);
  EXPECT_EQ(
      two.output,
      "2 chapters have an exercise 'bell'. Say which: EXERCISE=01/bell or EXERCISE=02/bell\n");
  EXPECT_TRUE(make("EXERCISE=02/bell").says("(2 of 2) bell: green"));
  EXPECT_TRUE(make("EXERCISE=nosuch").says("    01  alarm bell\n    02  gong bell\n"));
}

TEST_F(MakeExercise, OneAloneIsRunAndPraisedAlone) {
  program("alarm", "exit 1");
  const ShellResult result = make("CHAPTER=1 EXERCISE=bell");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.says("(2 of 2) bell: green")) << result.output;
  EXPECT_TRUE(result.says("chapters/01_x/solutions/bell.h")) << result.output;
}

TEST_F(MakeExercise, WhatTheyStandOnIsBuiltFirstAndSeen) {
  const ShellResult first = make("CHAPTER=1 EXERCISE=");
  EXPECT_EQ(first.output.find("First what the exercises of this chapter stand on"), 0U)
      << first.output;
  EXPECT_TRUE(first.says("[1/1] Building the tools\n\n(1 of 2) alarm:")) << first.output;
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=").output.find("(1 of 2) alarm:"), 0U) << "once is enough";
}

TEST_F(MakeExercise, AWarningIsShownUntilItIsMended) {
  const std::string place = "chapters/01_x/exercises/alarm.h:7:1: warning: ";
  const std::string said = "ignoring returned value of type 'book::Sleep'";
  tree_.ninja(
      "*alarm*) [ ! -e compiled ] || exit 0; touch compiled\n"
      "  echo '[1/2] Building CXX object alarm.o'; echo \"../" +
      place + said + "\" ;;");
  const std::string shown =
      "Your compiler warns:\nA future that nobody awaits does nothing: co_await it.\n  " + place +
      "ignoring returned value of type 'Sleep'\n\n";
  const ShellResult green = make("CHAPTER=1 EXERCISE=alarm");
  EXPECT_TRUE(green.says("green\n" + shown)) << green.output;
  program("alarm", "echo 'Polled after its end.'; exit 1");
  const ShellResult red = make("CHAPTER=1 EXERCISE=alarm");
  EXPECT_TRUE(red.says("red\n\n" + shown + "Polled after its end.\n")) << "not compiled anew\n"
                                                                       << red.output;
  EXPECT_FALSE(make("CHAPTER=1 EXERCISE=bell").says("warns"));
}

TEST_F(MakeExercise, AsksTheLintOfCoroutines) {
  tree_.script("build/bin/coroutine_lint", "echo \"$1:7: the lock 'held' is held\"; exit 1");
  program("alarm", "touch was_run");
  const ShellResult red = make("EXERCISE=alarm");
  EXPECT_EQ(red.code, 1);
  EXPECT_TRUE(
      red.says("alarm: red\n\nchapters/01_x/exercises/alarm.h:7: the lock 'held' is held\n"))
      << red.output;
  EXPECT_FALSE(fs::exists(tree_.path() / "was_run")) << "it would hang";

  tree_.script("build/bin/coroutine_lint", "echo \"$1:7: warning: two co_awaits\"");
  const ShellResult warned = make("EXERCISE=alarm");
  EXPECT_EQ(warned.code, 0);
  EXPECT_TRUE(
      warned.says("alarm: green\nSome compiler takes this wrongly:\n"
                  "chapters/01_x/exercises/alarm.h:7: warning: two co_awaits\n"))
      << warned.output;
}

constexpr const char* kDoesNotCompile =
    "*-t*) ;;\n"
    "*alarm*) echo '[1/2] Building CXX object alarm.o'; echo 'FAILED: alarm.o'\n"
    "  echo \"chapters/01_x/exercises/alarm.h:7:1: error: 'wakr' was not declared\"\n"
    "  echo \"/usr/include/x.h:1:1: note: declared here\"; exit 1 ;;";

TEST_F(MakeExercise, TellsInAFewLinesWhatTheCompilerSaid) {
  tree_.ninja(kDoesNotCompile);
  const ShellResult result = make("EXERCISE=alarm");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(
      result.says("(1 of 2) alarm: does not compile yet\n\n"
                  "  chapters/01_x/exercises/alarm.h:7:1: error: 'wakr' was not declared\n\n"
                  "Your file:     chapters/01_x/exercises/alarm.h\n"))
      << result.output;
  EXPECT_TRUE(make("EXERCISE=alarm RAW=1").says("/usr/include/x.h:1:1: note: declared here"));
}

TEST_F(MakeExercise, SaysInWhichTestItCrashedAndHowManyPassedBefore) {
  program("alarm",
          "case $* in\n"
          "*list_tests*) printf 'Alarm.\\n  Rings\\n  Wakes\\n  Stops\\n' ;;\n"
          "*brief*) kill -SEGV $$ ;;\n"
          "*) echo '[ RUN      ] Alarm.Rings'; echo '[ RUN      ] Alarm.Wakes' ;;\n"
          "esac");
  const ShellResult result = make("EXERCISE=alarm");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("alarm: crashed, after 1 of 3\n")) << result.output;
  EXPECT_TRUE(result.says("Your program crashed, in the test Alarm.Wakes.")) << result.output;
}

TEST_F(MakeExercise, NamesTheTestThatTookTooLong) {
  program("alarm",
          "case $* in *list_tests*) printf 'Alarm.\\n  Rings\\n  Wakes\\n'; exit ;; esac\n"
          "echo 'watchdog: Alarm.Wakes (a_test.cpp:7) is not over after 3 seconds: a loop'\n"
          "echo 'task 1 waits for a timer'; exit 1");
  const ShellResult result = make("EXERCISE=alarm");
  EXPECT_TRUE(
      result.says("alarm: took too long, after 1 of 2\n\nAlarm.Wakes (a_test.cpp:7) is not over "
                  "after 3 seconds: a loop\ntask 1 waits for a timer\n"))
      << result.output;
}

TEST_F(MakeExercise, OfEndlessOutputTheEndIsShown) {
  program("alarm", "yes 'round and round' | head -c 1000000; echo 'Once is enough.'; exit 1");
  const ShellResult result = make("EXERCISE=alarm");
  EXPECT_TRUE(result.says("\nOnce is enough.\n"));
  EXPECT_LT(result.output.size(), 70'000U);
}

TEST_F(MakeExercise, ShowsOfASanitizersReportWhatIsTheReaders) {
  tree_.write("build-asan/build.ninja", "");
  tree_.script(
      "build-asan/bin/exercises/01_x.alarm.reader",
      "echo '==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020 at pc 0x1'\n"
      "echo 'READ of size 8 at 0x6020 thread T0'\n"
      "echo '    #0 0x1 in poll /usr/include/c++/12/optional:7:1'\n"
      "echo '    #1 0x1 in poll chapters/01_x/exercises/alarm.h:30:5'\n"
      "echo 'freed by thread T0 here:'\n"
      "echo '    #0 0x1 in ring chapters/01_x/exercises/alarm.h:41:5'; exit 1");
  const ShellResult result = make("EXERCISE=alarm SANITIZE=address");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(
      result.says("The sanitizer found: heap-use-after-free\n"
                  "    READ of size 8: chapters/01_x/exercises/alarm.h:30:5\n"
                  "    freed: chapters/01_x/exercises/alarm.h:41:5\n"))
      << result.output;
}

TEST_F(MakeExercise, OfARaceBothPlacesAreShownAndTheLineOfTheTest) {
  tree_.write("build-tsan/build.ninja", "");
  tree_.script(
      "build-tsan/bin/exercises/01_x.alarm.reader",
      "for report in 1 2; do\n"
      "echo 'WARNING: ThreadSanitizer: data race (pid=7)'\n"
      "echo '  Read of size 4 at 0x7b1c by main thread:'\n"
      "echo '    #0 poll chapters/01_x/exercises/alarm.h:30 (01_x.alarm.reader+0x1)'\n"
      "echo '    #1 TestBody ../tests/exercises/01_x/alarm_test.cpp:86 (01_x.alarm.reader+0x2)'\n"
      "echo '  Previous write of size 4 at 0x7b1c by thread T3:'\n"
      "echo '    #0 ring chapters/01_x/exercises/alarm.h:41 (01_x.alarm.reader+0x3)'\n"
      "done; exit 66");
  const ShellResult result = make("EXERCISE=alarm SANITIZE=thread");
  EXPECT_TRUE(
      result.says("The sanitizer found: data race\n"
                  "    Read of size 4: chapters/01_x/exercises/alarm.h:30\n"
                  "    Previous write of size 4: chapters/01_x/exercises/alarm.h:41\n"
                  "    in the test tests/exercises/01_x/alarm_test.cpp:86\n"
                  "    (1 more: RAW=1)\n"))
      << result.output;
  EXPECT_TRUE(result.says("make exercise CHAPTER=01 EXERCISE=alarm SANITIZE=thread\n"));
}

TEST_F(MakeExercise, OneThatIsGoneIsSaidToBeGone) {
  fs::remove(tree_.path() / "chapters/01_x/exercises/alarm.h");
  const ShellResult result = make("EXERCISE=alarm");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(
      result.says("alarm: could not be checked\n\nchapters/01_x/exercises/alarm.h is gone. "
                  "make reset EXERCISE=alarm brings the stub back.\n"))
      << result.output;
}

TEST_F(MakeExercise, SaysWhichSanitizerFitsThreads) {
  for (const char* folder : {"build-asan", "build-tsan"}) {
    tree_.write(std::string(folder) + "/build.ninja", "");
    tree_.script(std::string(folder) + "/bin/exercises/01_x.alarm.reader", "exit 0");
  }
  EXPECT_TRUE(make("EXERCISE=alarm SANITIZE=thread").says("This exercise has one thread"));
  EXPECT_FALSE(make("EXERCISE=alarm SANITIZE=address").says("This exercise has"));
  tree_.write("chapters/01_x/exercises/alarm.h", "#include <thread>\n");
  EXPECT_TRUE(make("EXERCISE=alarm SANITIZE=address").says("SANITIZE=thread sees"));
  EXPECT_FALSE(make("EXERCISE=alarm SANITIZE=thread").says("This exercise has"));
  tree_.ninja("*'-t query'*) exit 1 ;;");
  EXPECT_TRUE(make("EXERCISE=alarm SANITIZE=thread").says("Check it without SANITIZE"));
}

TEST_F(MakeExercise, TellsTheProgramThatAStudentWaits) {
  program("alarm", "[ \"$BOOK_EXERCISE\" = 3 ]");
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=alarm").code, 0);
}

TEST_F(MakeExercise, AKillWhileCMakeWorksLeavesNothingInTheTree) {
  fs::remove(tree_.path() / "build/build.ninja");
  tree_.script("bin/cmake", "echo 'Looking for a compiler'; kill -9 $PPID");
  EXPECT_NE(make("CHAPTER=1 EXERCISE=").code, 0);
  EXPECT_EQ(tree_.read("build/configure.log"), "Looking for a compiler\n");
  for (const auto& entry : fs::directory_iterator(tree_.path())) {
    EXPECT_TRUE(entry.is_directory()) << entry.path() << " is what a run has left behind";
  }
}

TEST_F(MakeExercise, WhatCMakeComplainsOfIsShown) {
  fs::remove_all(tree_.path() / "build");
  tree_.script("bin/cmake", "echo 'No compiler here'; exit 1");
  const ShellResult result = make("CHAPTER=1 EXERCISE=");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("No compiler here\nCMake could not set up the build")) << result.output;
}

}  // namespace exercise_sh_test
}  // namespace book::test
