// The proof of the exercises is itself proved, on small scripts that play a test program.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/paths.h"

namespace book::test {
namespace {
namespace fs = std::filesystem;

struct Verdict {
  bool proved = false;
  std::string output;
};

// What expect_red.sh says of a program with this body, when `words` are meant for it.
Verdict judge(const std::string& body, const std::string& words) {
  std::string pattern = (fs::temp_directory_path() / "book_red_XXXXXX").string();
  const fs::path folder = ::mkdtemp(pattern.data());
  const fs::path program = folder / "program";
  std::ofstream(program) << "#!/bin/sh\n" << body << "\n";
  fs::permissions(program, fs::perms::owner_all);

  const std::string command = "sh '" + (source_dir() / "tests/support/expect_red.sh").string() +
                              "' '" + program.string() + "' '" + words + "' 2>&1";
  Verdict verdict;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 1024> buffer;
  while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    verdict.output.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  verdict.proved = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  fs::remove_all(folder);
  return verdict;
}

TEST(ExpectRed, AcceptsAFailedExpectationWithItsWords) {
  EXPECT_TRUE(judge("echo 'a_test.cpp:3: Failure'; echo 'keep the waker'; exit 1", "keep the waker")
                  .proved);
}

void expect_refused(const std::string& body, const std::string& because) {
  const Verdict verdict = judge(body, "keep the waker");
  EXPECT_FALSE(verdict.proved) << body;
  EXPECT_NE(verdict.output.find(because), std::string::npos) << verdict.output;
}

TEST(ExpectRed, RefusesEverythingElseAndSaysWhy) {
  expect_refused("exit 0", "passes");
  expect_refused("echo 'a_test.cpp:3: Failure'; exit 1", "does not print the words");
  expect_refused("echo 'keep the waker'; exit 1", "no expectation failed");
  expect_refused("kill -SEGV $$", "a crash");
  expect_refused("echo ': Failure keep the waker'; exit 23", "exit code 23");
  expect_refused("echo 'watchdog: x is not over'; exit 1", "watchdog");
}

}  // namespace
}  // namespace book::test
