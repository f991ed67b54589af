// `make next`, `hint`, `progress`, `reset`: the shell scripts, on a small tree of exercises that
// are scripts themselves. `make course` is in course_watch_test.cpp.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/tests/exercise_tree.h"

namespace book::test {
namespace course_sh_test {
namespace fs = std::filesystem;

class Course : public testing::Test {
 protected:
  ShellResult run(const std::string& what, const std::string& variables = "") {
    return tree_.run("course.sh " + what, variables);
  }
  ExerciseTree tree_;
};

TEST_F(Course, NextGoesThroughTheBookAndSaysWhenAllIsGreen) {
  tree_.program("bell", "echo 'Ring it.'; exit 1");
  const ShellResult first = run("next");
  EXPECT_EQ(first.code, 0);
  EXPECT_TRUE(first.says("Exercise 1 of 4: alarm, in chapter 01 · One\n")) << first.output;
  EXPECT_TRUE(
      first.says("green\n\nCompare your way with the book's: "
                 "chapters/01_x/solutions/alarm.h\nThen: make next\n"))
      << first.output;

  const ShellResult second = run("next");
  EXPECT_EQ(second.code, 1);
  EXPECT_TRUE(second.says("Exercise 2 of 4: bell")) << second.output;
  EXPECT_TRUE(
      second.says("red\n\nRing it.\n\nYour file:     chapters/01_x/exercises/bell.h\n"
                  "The question:  chapters/01_x/README.md, under Exercises\n"
                  "A hint:        make hint\nAgain:         make next\n"))
      << second.output;
  EXPECT_TRUE(run("next").says("Exercise 2 of 4: bell")) << "as long as it is red";

  tree_.program("bell", "exit 0");
  run("next");
  EXPECT_TRUE(run("next").says("Exercise 3 of 4: gong"));
  run("next");
  const ShellResult all = run("next");
  EXPECT_EQ(all.code, 0);
  EXPECT_EQ(all.output, "All 4 exercises are green. make progress shows them.\n");
}

TEST_F(Course, WhatIsKnownOfTheReaderOutlivesTheBuild) {
  run("next");
  EXPECT_EQ(tree_.read(".course/done").find("01/alarm "), 0U) << tree_.read(".course/done");
  fs::remove_all(tree_.path() / "build/course");
  EXPECT_TRUE(run("next").says("Exercise 2 of 4: bell"));
}

TEST_F(Course, ExercisesCheckedByNameCountAsWell) {
  tree_.run("exercise.sh reader", "CHAPTER=01");
  EXPECT_TRUE(run("next").says("Exercise 3 of 4: gong"));
}

TEST_F(Course, HintsComeOneByOne) {
  const ShellResult first = run("hint");
  EXPECT_EQ(first.code, 0);
  EXPECT_EQ(first.output, "alarm: Hint 1: of alarm\n\nLook at poll.h.\n\n    int alarm1;\n\n");
  EXPECT_EQ(run("hint").output.find("alarm: Hint 2: of alarm\n"), 0U);
  const ShellResult third = run("hint");
  EXPECT_TRUE(
      third.says("That was the last hint. The book's answer is "
                 "chapters/01_x/solutions/alarm.h; make solution EXERCISE=alarm runs it.\n"))
      << third.output;
  const ShellResult again = run("hint");
  EXPECT_EQ(again.output.find("These are all the hints of alarm."), 0U) << again.output;
  EXPECT_TRUE(again.says("Hint 1: of alarm") && again.says("Hint 3: of alarm")) << again.output;
  EXPECT_EQ(run("hint", "EXERCISE=gong").output.find("gong: Hint 1: of gong\n"), 0U)
      << "another one has its own";
}

TEST_F(Course, AHintIsOfTheExerciseThatWasLookedAtLast) {
  tree_.program("gong", "exit 1", "02_y");
  tree_.run("exercise.sh reader", "EXERCISE=gong");
  EXPECT_EQ(run("hint").output.find("gong: Hint 1"), 0U);
  tree_.program("gong", "exit 0", "02_y");
  tree_.run("exercise.sh reader", "EXERCISE=gong");
  EXPECT_EQ(run("hint").output.find("alarm: Hint 1"), 0U) << "gong is done: the first that is not";
}

TEST_F(Course, ProgressTellsWhatIsDoneChangedBegunAndNew) {
  run("next");
  run("hint", "EXERCISE=gong");
  tree_.write(".course/done", tree_.read(".course/done") + "01/bell 0-0 2025-11-09\n");
  const ShellResult result = run("progress");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.output.find("2 of 4 exercises done.\n\n  01 · One"), 0U) << result.output;
  EXPECT_TRUE(result.says("2 of 2\n      alarm                done                 "))
      << result.output;
  EXPECT_TRUE(result.says("      bell                 done, changed since  9 Nov 2025\n"))
      << result.output;
  EXPECT_TRUE(result.says("  >   gong                 begun                hint 1 of 3 shown\n"))
      << result.output;
  EXPECT_TRUE(result.says("      bell                 new\n")) << result.output;
}

class Reset : public Course {
 protected:
  Reset() {
    EXPECT_EQ(shell(tree_.path(),
                    "git init -q . && git add -f chapters && git -c user.name=x -c user.email=x "
                    "commit -qm x")
                  .code,
              0);
    tree_.write(kFile, "// mine\n");
  }
  static constexpr const char* kFile = "chapters/01_x/exercises/alarm.h";
};

TEST_F(Reset, BringsTheStubBackAndKeepsWhatWasThere) {
  run("next");
  run("hint", "EXERCISE=alarm");
  const ShellResult result = run("reset", "echo y | EXERCISE=alarm");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(result.says("alarm is new again. What you had is .course/backup/01_alarm.1.h\n"))
      << result.output;
  EXPECT_EQ(tree_.read(kFile), "// alarm\n");
  EXPECT_EQ(tree_.read(".course/backup/01_alarm.1.h"), "// mine\n");
  EXPECT_TRUE(run("progress").says("      bell") &&
              run("progress").says(">   alarm                new"));

  tree_.write(kFile, "// mine again\n");
  run("reset", "echo y | EXERCISE=alarm");
  EXPECT_EQ(tree_.read(".course/backup/01_alarm.1.h"), "// mine\n") << "the older one stays";
  EXPECT_EQ(tree_.read(".course/backup/01_alarm.2.h"), "// mine again\n");
}

TEST_F(Reset, AsksFirst) {
  for (const char* answer : {"echo n", "echo", "true"}) {
    const ShellResult result = run("reset", std::string(answer) + " | EXERCISE=alarm");
    EXPECT_EQ(result.code, 1) << answer;
    EXPECT_TRUE(result.says("Nothing was changed.")) << result.output;
    EXPECT_EQ(tree_.read(kFile), "// mine\n");
  }
  EXPECT_EQ(run("reset").code, 2) << "without a name";
}

TEST_F(Reset, WithoutGitItSaysSoAndTouchesNothing) {
  fs::remove_all(tree_.path() / ".git");
  const ShellResult result = run("reset", "echo y | GIT_CEILING_DIRECTORIES=/ EXERCISE=alarm");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("there is no stub to bring back")) << result.output;
  EXPECT_EQ(tree_.read(kFile), "// mine\n");
  EXPECT_FALSE(fs::exists(tree_.path() / (std::string(kFile) + ".stub")));
}

// The compiler may have read a text that was saved over before it had finished: its object is
// younger than the file, and ninja would see nothing to do.
TEST_F(Course, WhatWasMadeOfAnotherTextIsMadeAnew) {
  const std::string object =
      "build/chapters/01_x/CMakeFiles/01_x.alarm.reader.dir/__/__/tests/exercises/01_x/"
      "alarm_test.cpp.o";
  run("next");
  tree_.write(object, "");
  tree_.run("exercise.sh reader", "EXERCISE=alarm");
  EXPECT_TRUE(fs::exists(tree_.path() / object)) << "the same text";
  tree_.write("chapters/01_x/exercises/alarm.h", "// other\n");
  tree_.run("exercise.sh reader", "EXERCISE=alarm");
  EXPECT_FALSE(fs::exists(tree_.path() / object));
}

}  // namespace course_sh_test
}  // namespace book::test
