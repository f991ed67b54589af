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
