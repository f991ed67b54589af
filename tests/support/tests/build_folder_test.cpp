// The build folder of another place, another compiler: what tests/support/make/common.sh says and
// does.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace build_folder_test {
namespace fs = std::filesystem;

// A tree that was configured before, in `home` with `compiler`; cmake is a script that writes a
// log.
class BuildFolder : public testing::Test {
 protected:
  void made(const std::string& home, const std::string& compiler = "/usr/bin/c++") {
    folder_.write("build/build.ninja", "");
    folder_.write("build/CMakeCache.txt", "CMAKE_CXX_COMPILER:FILEPATH=" + compiler +
                                              "\nCMAKE_HOME_DIRECTORY:INTERNAL=" + home + "\n");
    folder_.write("bin/cmake", "#!/bin/sh\necho configured\n");
    fs::permissions(folder_.path() / "bin/cmake", fs::perms::owner_all);
  }
  ShellResult configure(const std::string& before = "") {
    return shell(folder_.path(),
                 "PATH=\"$PWD/bin:$PATH\"; unset CXX; " + before + ". '" +
                     (source_dir() / "tests/support/make/common.sh").string() +
                     "'; configure dev build && cat build/configure.log 2>/dev/null; "
                     "ls build/build.ninja 2>/dev/null; true");
  }
  const std::string& here() {
    here_ = folder_.path().string();
    return here_;
  }

  TemporaryFolder folder_;
  std::string here_;
};

TEST_F(BuildFolder, IsKeptInItsPlace) {
  made(here());
  const ShellResult result = configure();
  EXPECT_TRUE(result.says("build/build.ninja")) << result.output;
  EXPECT_FALSE(result.says("configured")) << result.output;
}

TEST_F(BuildFolder, IsKeptWhenTheSamePlaceHasAnotherName) {
  fs::create_directory_symlink(folder_.path(), folder_.path() / "link");
  made(here() + "/link");
  EXPECT_TRUE(configure().says("build/build.ninja"));
}

TEST_F(BuildFolder, ThatWasCopiedIsMadeAnew) {
  TemporaryFolder other;
  made(other.path().string());
  const ShellResult result = configure();
  EXPECT_TRUE(result.says("build/ was made for " + other.path().string())) << result.output;
  EXPECT_TRUE(result.says("configured")) << result.output;
  EXPECT_FALSE(result.says("build/build.ninja")) << "the old one is still there";
}

TEST_F(BuildFolder, ThatWasMovedIsMadeAnew) {
  made("/no/such/folder");
  EXPECT_TRUE(configure().says("configured"));
}

TEST_F(BuildFolder, OfAnotherCompilerIsMadeAnew) {
  made(here(), "/no/such/compiler");
  const ShellResult result = configure("export CXX=c++; ");
  EXPECT_TRUE(result.says("was made with /no/such/compiler, and CXX is c++")) << result.output;
  EXPECT_TRUE(result.says("configured")) << result.output;
  EXPECT_TRUE(configure().says("configured"));
}

// Ninja's and the shell's own characters: one line, and nothing is begun.
TEST_F(BuildFolder, InAPathThatNinjaCannotReadIsRefused) {
  const std::string configure_there =
      ". '" + (source_dir() / "tests/support/make/common.sh").string() + "'; configure dev build";
  for (const std::string name : {"semi;colon", "this & that", "reader's"}) {
    const fs::path there = folder_.path() / name;
    fs::create_directory(there);
    const ShellResult result =
        shell(folder_.path(), "cd \"" + name + "\" && { " + configure_there + "; }");
    EXPECT_EQ(result.code, 1) << name;
    EXPECT_EQ(result.output,
              "CMake and ninja cannot build in a folder with ; & or ' in its path: " +
                  there.string() + "\n");
    EXPECT_FALSE(fs::exists(there / "build")) << name;
  }
}

TEST_F(BuildFolder, IsNotMadeByACMakeThatIsTooOld) {
  folder_.write("CMakeLists.txt", "# The book.\ncmake_minimum_required(VERSION 3.22)\n");
  const auto cmake_says = [this](const std::string& version) {
    folder_.write("bin/cmake",
                  "#!/bin/sh\n[ \"$1\" = --version ] || { echo configured; exit; }\n"
                  "echo 'cmake version " +
                      version + "'\n");
    fs::permissions(folder_.path() / "bin/cmake", fs::perms::owner_all);
    return configure();
  };
  for (const char* old : {"3.5.1", "3.21.4"}) {
    const ShellResult result = cmake_says(old);
    EXPECT_EQ(result.output, "The book needs CMake 3.22 or newer, and this is " + std::string(old) +
                                 ": install a newer one, then try again.\n");
  }
  for (const char* good : {"3.22.0", "3.25.1", "4.1.2-rc1"}) {
    EXPECT_TRUE(cmake_says(good).says("configured")) << good;
  }
}

// A project of one file with the book's compiler.cmake, and a ccache that is a script.
class Ccache : public testing::Test {
 protected:
  ShellResult build_with(const std::string& ccache) {
    folder_.write("bin/ccache", "#!/bin/sh\n" + ccache + "\n");
    fs::permissions(folder_.path() / "bin/ccache", fs::perms::owner_all);
    folder_.write("CMakeLists.txt",
                  "cmake_minimum_required(VERSION 3.22)\n"
                  "project(Small LANGUAGES CXX)\ninclude(\"" +
                      (source_dir() / "tests/support/cmake/compiler.cmake").string() +
                      "\")\nadd_executable(small small.cpp)\n");
    folder_.write("small.cpp", "int main() {}\n");
    return shell(
        folder_.path(),
        "PATH=\"$PWD/bin:$PATH\"; cmake -G Ninja -B build && ninja -C build && build/bin/small");
  }
  TemporaryFolder folder_;
};

TEST_F(Ccache, ThatFailsIsDoneWithout) {
  const ShellResult result = build_with("echo 'ccache: error: no home' >&2; exit 1");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(result.says("ccache is there and does not work")) << result.output;
}

TEST_F(Ccache, ThatWorksIsUsed) {
  const ShellResult result = build_with("echo \"$*\" >>\"$(dirname \"$0\")/log\"; exec \"$@\"");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_FALSE(result.says("does not work")) << result.output;
  EXPECT_NE(folder_.read("bin/log").find("small.cpp"), std::string::npos)
      << folder_.read("bin/log");
}

TEST(MakeArguments, AQuoteThatDoesNotEndIsFoundBeforeAnythingIsBuilt) {
  const ShellResult result = shell(
      source_dir(), "ARGS=\"'oops\"; . tests/support/make/common.sh; check_args; echo it went on");
  EXPECT_EQ(result.code, 1);
  EXPECT_TRUE(result.says("ARGS has a quote that does not end")) << result.output;
}

TEST(MakeArguments, AChapterWithoutItsNameIsNoCommand) {
  const ShellResult result = shell(source_dir(), "make run 01");
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(result.says("make run CHAPTER=01")) << result.output;
}

}  // namespace build_folder_test
}  // namespace book::test
