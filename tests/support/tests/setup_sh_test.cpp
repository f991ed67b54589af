// What tests/support/make/setup.sh says on a machine that lacks something, and may not install it.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace setup_sh_test {

// Nothing is installed but what `there` names; apt-get is there, and the rights to use it are not.
// cmake fails as it does without a network.
class Setup : public testing::Test {
 protected:
  Setup() {
    folder_.write("cmake", "#!/bin/sh\nfor i in 1 2 3; do echo \"CMake Error $i\"; done; exit 1\n");
    std::filesystem::permissions(folder_.path() / "cmake", std::filesystem::perms::owner_all);
  }
  ShellResult make(const std::string& what, const std::string& there) {
    return shell(source_dir(),
                 "missing() { sed '/^find_missing \"\\$1\"/,$d' tests/support/make/setup.sh; }; "
                 "eval \"$(missing)\"; there=' " +
                     there +
                     " '; "
                     "command() { [ \"$1\" = -v ] || return; case $there in *\" $2 \"*) ;; *) "
                     "false ;; esac; }; "
                     "choose_compiler() { command -v c++; }; has_header() { command -v \"$1\"; }; "
                     "find_rights() { false; }; "
                     "find_missing " +
                     what +
                     "; [ -z \"$missing\" ] || install_missing; PATH=" + quoted(folder_.path()) +
                     ":$PATH; cd " + quoted(folder_.path()) + "; configure dev build");
  }
  static std::string quoted(const std::filesystem::path& path) { return "'" + path.string() + "'"; }

  TemporaryFolder folder_;
};

TEST_F(Setup, ALibraryThatCannotBeFetchedIsNamedBelowTheWallOfErrors) {
  const ShellResult result = make("", "c++ cmake ninja apt-get fmt/format.h");
  EXPECT_EQ(result.code, 1);
  const auto wall = result.output.find("CMake Error 3");
  ASSERT_NE(wall, std::string::npos) << result.output;
  EXPECT_NE(result.output.find("libgtest-dev libgmock-dev", wall), std::string::npos)
      << result.output;
  EXPECT_NE(result.output.find("sudo apt-get install -y libgtest-dev", wall), std::string::npos)
      << result.output;
}

TEST_F(Setup, AFailureOfCMakeAloneBlamesNoLibrary) {
  const ShellResult result =
      make("", "c++ cmake ninja apt-get fmt/format.h gtest/gtest.h gmock/gmock.h");
  EXPECT_TRUE(result.says("CMake could not set up the build: its message is above.\n"))
      << result.output;
  EXPECT_FALSE(result.says("install")) << result.output;
}

TEST_F(Setup, WhatOnlyTheBenchesNeedIsLeftOutAndNotFetched) {
  const ShellResult result =
      make("bench", "c++ cmake ninja apt-get fmt/format.h gtest/gtest.h gmock/gmock.h");
  EXPECT_TRUE(result.says("Not installed, so left out: libbenchmark-dev wrk valgrind python3"))
      << result.output;
  EXPECT_FALSE(result.says("fetch")) << result.output;
}

TEST_F(Setup, AToolThatIsMissingEndsItWithTheLineToType) {
  const ShellResult result = make("", "c++ cmake apt-get fmt/format.h");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("su -c 'apt-get install -y ninja-build")) << result.output;
  EXPECT_FALSE(result.says("CMake Error")) << result.output;
}

}  // namespace setup_sh_test
}  // namespace book::test
