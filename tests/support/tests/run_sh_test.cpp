// `make run` in a terminal of its own, with a ninja, a cmake and a chapter's program that are small
// scripts.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>

#include "support/descriptors.h"
#include "support/paths.h"
#include "support/tests/shell.h"

namespace book::test {
namespace run_sh_test {
namespace fs = std::filesystem;

// Its program, the only one, waits for the end of the world, and holds the fifo `alive` meanwhile.
class MakeRun : public testing::Test {
 protected:
  MakeRun() {
    folder_.write("chapters/20_web_server/main.cpp", "");
    folder_.write("build/build.ninja", "");
    folder_.write("tests/support/make/setup.sh", ". tests/support/make/common.sh\n");
    for (const char* file :
         {"Makefile", "tests/support/make/common.sh", "tests/support/make/run.sh"})
      fs::create_symlink(source_dir() / file, folder_.path() / file);
    script("bin/ninja", "exit 0");
    script("bin/cmake", "exit 0");
    script("build/bin/20_web_server", "exec 9>alive; echo listening >&9; exec sleep 1000");
    check(::mkfifo((folder_.path() / "alive").c_str(), 0600), "mkfifo");
  }

  void script(const std::string& file, const std::string& body) {
    folder_.write(file, "#!/bin/sh\n" + body + "\n");
    fs::permissions(folder_.path() / file, fs::perms::owner_all);
  }

  TemporaryFolder folder_;
};

TEST_F(MakeRun, TheServerGoesWithTheTerminalThatItWasStartedIn) {
  int terminal = -1;
  const pid_t make = check(::forkpty(&terminal, nullptr, nullptr, nullptr), "forkpty");
  if (make == 0) {
    const std::string path = (folder_.path() / "bin").string() + ":" + ::getenv("PATH");
    ::setenv("PATH", path.c_str(), 1);
    if (::chdir(folder_.path().c_str()) == 0) ::execlp("make", "make", "run", nullptr);
    ::_exit(127);
  }
  Fd terminal_end(terminal);
  const Fd alive(check(::open((folder_.path() / "alive").c_str(), O_RDONLY), "open"));
  std::array<char, 64> said;
  ASSERT_GT(::read(alive, said.data(), said.size()), 0) << "the program never started";
  terminal_end.close();  // the window is closed
  EXPECT_EQ(::read(alive, said.data(), said.size()), 0)
      << "the program still runs, and so its port stays taken";
  ::waitpid(make, nullptr, 0);
}

class MakeRunBook : public MakeRun {
 protected:
  MakeRunBook() { script("build/bin/20_web_server", "cat build/book/index.html; echo served: $*"); }

  ShellResult run(const std::string& variables, const std::string& book) {
    folder_.write("tests/support/site/book.sh", book + "\n");
    return shell(folder_.path(), "PATH=\"$PWD/bin:$PATH\" make run " + variables);
  }
};

TEST_F(MakeRunBook, MakesTheBookAndServesIt) {
  const ShellResult result =
      run("BOOK=1 ARGS='--port 0'", "mkdir -p build/book; echo made >build/book/index.html");
  EXPECT_EQ(result.code, 0) << result.output;
  EXPECT_TRUE(result.says("made\nserved: --root build/book --port 0\n")) << result.output;
}

TEST_F(MakeRunBook, ServesNoOldBookWhenTheNewOneCannotBeMade) {
  folder_.write("build/book/index.html", "old\n");
  const ShellResult result = run("BOOK=1", "echo no cmark-gfm; exit 1");
  EXPECT_NE(result.code, 0);
  EXPECT_TRUE(result.says("no cmark-gfm")) << result.output;
  EXPECT_FALSE(result.says("served")) << result.output;
}

TEST_F(MakeRunBook, IsNotForAnotherChapter) {
  const ShellResult result = run("BOOK=1 CHAPTER=05", "echo made");
  EXPECT_NE(result.code, 0);
  EXPECT_TRUE(result.says("BOOK=1 and CHAPTER=05 do not go together")) << result.output;
  EXPECT_FALSE(result.says("made")) << result.output;
}

}  // namespace run_sh_test
}  // namespace book::test
