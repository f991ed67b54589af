// Files: the calls, and the tasks' side of them. (Chapter 14)
#include "14_blocking/fs.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <latch>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "14_blocking/spawn_blocking.h"
#include "support/async_test.h"
#include "support/faults.h"
#include "support/hand.h"
#include "support/system_calls.h"
#include "support/thread_parker.h"

namespace book {
namespace fs_test {

/// A folder of its own, removed at the end.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "book_fs_XXXXXX").string();
    if (!::mkdtemp(name.data())) throw_errno("mkdtemp");
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string said(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "nothing";
}

const std::string kLarge = [] {
  std::string text;
  for (int i = 0; text.size() < 300'000; ++i) text += std::to_string(i) + '\n';
  return text;
}();

TEST(FileCalls, ReadWhatTheyHaveWritten) {
  const Folder folder;
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(4096, 'x'), kLarge}) {
    file_calls::write_all(folder / "a", text);
    EXPECT_EQ(file_calls::read_all(folder / "a"), text);
    file_calls::append(folder / "a", "!");
    EXPECT_EQ(file_calls::read_all(folder / "a"), text + "!");
    file_calls::replace(folder / "a", text);
    EXPECT_EQ(file_calls::read_all(folder / "a"), text);
  }
  EXPECT_EQ(file_calls::list(folder.path()).size(), 1u) << "a temporary file was left";
  file_calls::remove(folder / "a");
  EXPECT_TRUE(file_calls::list(folder.path()).empty());
}

// /proc says that its files have no bytes, and they have.
TEST(FileCalls, ReadAFileThatSaysItIsEmpty) {
  EXPECT_NE(file_calls::read_all("/proc/self/status").find("Pid:"), std::string::npos);
}

TEST(FileCalls, ReadAFileInOneCall) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  const Folder folder;
  file_calls::write_all(folder / "a", kLarge);
  const test::SystemCalls before = test::system_calls();
  EXPECT_EQ(file_calls::read_all(folder / "a"), kLarge);
  const test::SystemCalls made = test::system_calls() - before;
  EXPECT_EQ(made.of("read"), 1) << made.to_string();
}

TEST(FileCalls, SayWhatFailedAndWhere) {
  const Folder folder;
  const std::string missing = folder / "none/a", deep = folder / "d";
  std::filesystem::create_directory(deep);
  const Descriptor file = file_calls::open(folder / "f", OpenMode::create);
  const struct {
    std::function<void()> call;
    std::string words;
  } cases[] = {
      {[&] { file_calls::read_all(missing); }, "open " + missing + ": No such file or directory"},
      {[&] { file_calls::read_all(deep); }, "read " + deep + ": Is a directory"},
      {[&] { file_calls::write_all(missing, ""); },
       "open " + missing + ": No such file or directory"},
      {[&] { file_calls::append(deep, ""); }, "open " + deep + ": Is a directory"},
      {[&] { file_calls::replace(deep, ""); }, "rename " + deep + ": Is a directory"},
      {[&] { file_calls::remove(missing); }, "unlink " + missing + ": No such file or directory"},
      {[&] { file_calls::list(folder / "f"); }, "open " + (folder / "f") + ": Not a directory"},
      {[&] { (void)file_calls::open(folder / "f", OpenMode::create); },
       "open " + (folder / "f") + ": File exists"},
      {[&] { file_calls::read_at(file.get(), "f", ~0ull, 1); }, "pread f: Invalid argument"},
      {[&] { file_calls::write_at(file.get(), "f", ~0ull, "a"); }, "pwrite f: Invalid argument"},
      {[&] { file_calls::read_at(-1, "f", 0, 1); }, "pread f: Bad file descriptor"},
      {[&] { file_calls::write_at(-1, "f", 0, "a"); }, "pwrite f: Bad file descriptor"},
      {[&] { file_calls::size_of(-1, "f"); }, "fstat f: Bad file descriptor"},
      {[&] { file_calls::write_all("/dev/full", "a"); },
       "write /dev/full: No space left on device"},
  };
  for (const auto& one : cases) EXPECT_EQ(said(one.call), one.words);
  EXPECT_EQ(file_calls::list(folder.path()).size(), 2u) << "a temporary file was left";
}

// std::string("victim\0b", 8) is not the name of `victim`.
TEST(FileCalls, TakeNoNameWithANullByte) {
  const Folder folder;
  const std::string victim = folder / "victim", name = victim + '\0' + "b";
  file_calls::write_all(victim, "whole");
  const struct {
    std::function<void()> call;
    std::string what;
  } cases[] = {
      {[&] { file_calls::read_all(name); }, "open"},
      {[&] { file_calls::write_all(name, ""); }, "open"},
      {[&] { file_calls::append(name, "!"); }, "open"},
      {[&] { file_calls::replace(name, ""); }, "open"},
      {[&] { file_calls::remove(name); }, "unlink"},
      {[&] { file_calls::list(folder.path() + '\0'); }, "open"},
      {[&] { (void)file_calls::open(name, OpenMode::write); }, "open"},
  };
  for (const auto& one : cases) {
    const std::string refused = said(one.call);
    EXPECT_EQ(refused.find(one.what + " " + folder.path()), 0u) << refused;
    EXPECT_NE(refused.find(" (and a null byte): Invalid argument"), std::string::npos) << refused;
  }
  ASSERT_EQ(file_calls::list(folder.path()).size(), 1u);
  EXPECT_EQ(file_calls::read_all(victim), "whole");
}

TEST(FileCalls, ListWhatIsThereAndSayWhatCannotBeSeen) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  const Folder folder;
  file_calls::write_all(folder / "a", "");
  test::fail_next("fstatat", ENOENT);
  EXPECT_TRUE(file_calls::list(folder.path()).empty()) << "it was removed meanwhile";
  test::fail_next("fstatat", EACCES);
  EXPECT_EQ(said([&] { file_calls::list(folder.path()); }),
            "fstatat " + (folder / "a") + ": Permission denied");
}

TEST(FileCalls, ReplaceKeepsTheMode) {
  const Folder folder;
  file_calls::write_all(folder / "script", "#!/bin/sh\n");
  ASSERT_EQ(::chmod((folder / "script").c_str(), 0750), 0);
  file_calls::replace(folder / "script", "#!/bin/sh\nexit 1\n");
  struct ::stat status {};
  ASSERT_EQ(::stat((folder / "script").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0750u);
}

TEST(FileCalls, ListsByNameAndKind) {
  const Folder folder;
  file_calls::write_all(folder / "b", "");
  std::filesystem::create_directory(folder / "a");
  ASSERT_EQ(::symlink("nowhere", (folder / "c").c_str()), 0);
  ASSERT_EQ(::mkfifo((folder / "d").c_str(), 0600), 0);
  using Kind = DirectoryEntry::Kind;
  const std::vector<DirectoryEntry> expected = {
      {"a", Kind::directory}, {"b", Kind::file}, {"c", Kind::link}, {"d", Kind::other}};
  EXPECT_EQ(file_calls::list(folder.path()), expected);
}

TEST(FileCalls, ReadAndWriteInTheMiddle) {
  const Folder folder;
  const Descriptor file = file_calls::open(folder / "a", OpenMode::write);
  file_calls::write_at(file.get(), "a", 10, kLarge);
  EXPECT_EQ(file_calls::size_of(file.get(), "a"), kLarge.size() + 10);
  EXPECT_EQ(file_calls::read_at(file.get(), "a", 5, 6), std::string(5, '\0') + kLarge.substr(0, 1));
  EXPECT_EQ(file_calls::read_at(file.get(), "a", 10, kLarge.size()), kLarge);
  EXPECT_EQ(file_calls::read_at(file.get(), "a", 20, ~std::size_t{0}), kLarge.substr(10));
  EXPECT_EQ(file_calls::read_at(file.get(), "a", kLarge.size() + 10, 1), "");
}

// A signal at every call that it can interrupt, and a call that moves less than it was asked to.
TEST(FileCalls, GoOnWhereTheKernelStopsThem) {
  if (const char* why = test::why_not_counted()) GTEST_SKIP() << why;
  const test::Fault faults[] = {
      {.name = "EINTR",
       .calls = {"open", "read", "write", "pread"},
       .effect = test::Effect::fails,
       .error = EINTR},
      {.name = "one byte",
       .calls = {"read", "write", "pread"},
       .effect = test::Effect::moves_one_byte,
       .on = test::On::file},
      {.name = "half",
       .calls = {"read", "write", "pread"},
       .effect = test::Effect::moves_half,
       .on = test::On::file},
  };
  const Folder folder;
  for (const test::Fault& fault : faults) {
    long struck = 1;
    for (long first = 1; struck > 0; ++first) {
      test::Strikes strikes;
      {
        const test::Faults armed(fault, {.first = first}, strikes);
        file_calls::write_all(folder / "a", kLarge);
        file_calls::replace(folder / "a", kLarge + "!");
        const Descriptor file = file_calls::open(folder / "a", OpenMode::read);
        EXPECT_EQ(file_calls::read_all(folder / "a"), kLarge + "!") << fault.name << first;
        EXPECT_EQ(file_calls::read_at(file.get(), "a", 1, 1000), kLarge.substr(1, 1000));
      }
      struck = strikes.count();
    }
  }
}

// ---- The tasks' side -------------------------------------------------------------------------

ASYNC_TEST(Files, AreReadAndWrittenByTasks) {
  const Folder folder;
  BlockingPool pool;
  const BlockingPool::Scope here(pool);
  co_await write_file(folder / "a", "one\n");
  co_await append_file(folder / "a", "two\n");
  const std::string both = co_await read_file(folder / "a");
  EXPECT_EQ(both, "one\ntwo\n");
  co_await replace_file(folder / "a", "three\n");
  const File file = co_await File::open(folder / "a", OpenMode::write);
  const std::string middle = co_await file.read_at(1, 3);
  EXPECT_EQ(middle, "hre");
  co_await file.write_at(6, "four\n");
  const std::uint64_t size = co_await file.size();
  EXPECT_EQ(size, 11u);
  const auto entries = co_await list_directory(folder.path());
  EXPECT_EQ(entries.size(), 1u);
  co_await remove_file(folder / "a");
  const std::string still = co_await file.read_at(0, 100);
  EXPECT_EQ(still, "three\nfour\n");
  std::string error;
  try {
    co_await read_file(folder / "a");
  } catch (const std::system_error& thrown) {
    error = thrown.what();
  }
  EXPECT_EQ(error, "open " + (folder / "a") + ": No such file or directory");
}

TEST(Files, SayThatThereIsNoPool) {
  const test::Hand hand;
  auto text = read_file("notes.txt");
  try {
    (void)hand.is_pending(text);
    ADD_FAILURE() << "who has read it?";
  } catch (const std::logic_error& error) {
    EXPECT_EQ(std::string(error.what()).find("a file needs a blocking pool: make a BlockingPool"),
              0u)
        << error.what();
  }
}

TEST(Files, AreNotWrittenWhenTheFutureIsDroppedInTime) {
  const Folder folder;
  std::latch may_end(1);
  BlockingPool pool({.max_threads = 1});
  const BlockingPool::Scope here(pool);
  spawn_blocking([&may_end] { may_end.wait(); });
  {
    const test::Hand hand;
    auto write = write_file(folder / "a", "never");
    EXPECT_TRUE(hand.is_pending(write));
  }
  auto last = spawn_blocking([] {});
  may_end.count_down();
  test::finish(last);
  EXPECT_TRUE(file_calls::list(folder.path()).empty());
}

}  // namespace fs_test
}  // namespace book
