// The proof of the exercises is itself proved, on small scripts that play a test program.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace expect_red_test {
namespace fs = std::filesystem;

// What expect_red.sh says of a program with this body, when `words` are meant for it.
ShellResult judge(const std::string& body, const std::string& words) {
  const TemporaryFolder folder;
  folder.write("program", "#!/bin/sh\n" + body + "\n");
  fs::permissions(folder.path() / "program", fs::perms::owner_all);
  const fs::path script = source_dir() / "tests/support/expect_red.sh";
  return shell(folder.path(), "sh " + quoted(script.string()) + " ./program " + quoted(words));
}

TEST(ExpectRed, AcceptsAFailedExpectationWithItsWords) {
  const std::string red = "echo 'keep the waker'; echo 'Alarm.Rings (a_test.cpp:3)'; exit 1";
  EXPECT_EQ(judge(red, "keep the waker").code, 0);
}

void expect_refused(const std::string& body, const std::string& because) {
  const ShellResult verdict = judge(body, "keep the waker");
  EXPECT_EQ(verdict.code, 1) << body;
  EXPECT_TRUE(verdict.says(because)) << verdict.output;
}

TEST(ExpectRed, RefusesEverythingElseAndSaysWhy) {
  expect_refused("exit 0", "passes");
  expect_refused("echo 'Alarm.Rings (a_test.cpp:3)'; exit 1", "does not print the words");
  expect_refused("echo 'keep the waker'; exit 1", "no expectation failed");
  expect_refused("kill -SEGV $$", "a crash");
  expect_refused("echo 'Alarm.Rings (a_test.cpp:3)'; echo 'keep the waker'; exit 23",
                 "exit code 23");
  expect_refused("echo 'watchdog: x is not over'; exit 1", "watchdog");
}

}  // namespace expect_red_test
}  // namespace book::test
