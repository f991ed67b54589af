// `make exercise` with a ninja, a cmake and exercises that are small scripts.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace exercise_sh_test {
namespace fs = std::filesystem;

// A tree with one chapter that has the exercises `alarm` and `bell`; their programs are green.
class MakeExercise : public testing::Test {
 protected:
  MakeExercise() {
    folder_.write("chapters/01_x/main.cpp", "");
    folder_.write("chapters/01_x/exercises/alarm.h", "");
    folder_.write("build/build.ninja", "");
    folder_.write("build/exercises/01_x.list", "alarm\nbell\n");
    folder_.write("tests/support/make/setup.sh", ". tests/support/make/common.sh\n");
    for (const char* file : {"common.sh", "exercise.sh"}) {
      const fs::path place = fs::path("tests/support/make") / file;
      fs::create_symlink(source_dir() / place, folder_.path() / place);
    }
    // Once the tools are built, there is no work to do for them.
    script("bin/ninja",
           "case \"$*\" in\n"
           "*' -n '*) [ ! -e built ] || echo 'ninja: no work to do.' ;;\n"
           "*exercise_tools*) echo '[1/1] Building the tools'; touch built ;;\n"
           "esac");
    script("bin/cmake", "exit 0");
    for (const char* name : {"alarm", "bell"}) program(name, "exit 0");
  }

  void script(const std::string& file, const std::string& body) {
    folder_.write(file, "#!/bin/sh\n" + body + "\n");
    fs::permissions(folder_.path() / file, fs::perms::owner_all);
  }
  void program(const std::string& name, const std::string& body) {
    script("build/bin/exercises/01_x." + name + ".reader", body);
  }
  ShellResult make(const std::string& variables) {
    return shell(folder_.path(), "PATH=\"$PWD/bin:$PATH\" " + variables +
                                     " sh tests/support/make/exercise.sh reader");
  }

  TemporaryFolder folder_;
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
  const std::string warning =
      "../chapters/01_x/exercises/alarm.h:7:1: warning: no return statement";
  script("bin/ninja",
         "case \"$*\" in\n"
         "*alarm*) [ -e compiled ] && echo 'ninja: no work to do.' && exit; touch compiled\n"
         "  echo '[1/2] Building CXX object alarm.o'; echo '" +
             warning +
             "' ;;\n"
             "*) echo 'ninja: no work to do.' ;;\n"
             "esac");
  const std::string shown = "Your compiler warns:\n" + warning.substr(3) + "\n";
  const ShellResult green = make("CHAPTER=1 EXERCISE=alarm");
  EXPECT_TRUE(green.says("green\n" + shown)) << green.output;
  program("alarm", "echo 'Polled after its end.'; exit 1");
  const ShellResult red = make("CHAPTER=1 EXERCISE=alarm");
  EXPECT_TRUE(red.says("Polled after its end.\n\n" + shown)) << "not compiled anew\n" << red.output;
  EXPECT_FALSE(make("CHAPTER=1 EXERCISE=bell").says("warns"));
}

TEST_F(MakeExercise, TellsTheProgramThatAStudentWaits) {
  program("alarm", "[ \"$BOOK_EXERCISE\" = 3 ]");
  EXPECT_EQ(make("CHAPTER=1 EXERCISE=alarm").code, 0);
}

TEST_F(MakeExercise, AKillWhileCMakeWorksLeavesNothingInTheTree) {
  fs::remove(folder_.path() / "build/build.ninja");
  script("bin/cmake", "echo 'Looking for a compiler'; kill -9 $PPID");
  EXPECT_NE(make("CHAPTER=1 EXERCISE=").code, 0);
  EXPECT_EQ(folder_.read("build/configure.log"), "Looking for a compiler\n");
  for (const auto& entry : fs::directory_iterator(folder_.path())) {
    EXPECT_TRUE(entry.is_directory()) << entry.path() << " is what a run has left behind";
  }
}

TEST_F(MakeExercise, WhatCMakeComplainsOfIsShown) {
  fs::remove_all(folder_.path() / "build");
  script("bin/cmake", "echo 'No compiler here'; exit 1");
  const ShellResult result = make("CHAPTER=1 EXERCISE=");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("No compiler here\nCMake could not set up the build")) << result.output;
}

}  // namespace exercise_sh_test
}  // namespace book::test
