#include "exercise/directory_size.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::directory_size;
using exercise::Entry;

/// Folders in memory. To list one takes 10 ms.
class Folders final : public exercise::Disk {
 public:
  void add(const std::string& path, std::vector<Entry> entries) {
    folders_[path] = std::move(entries);
  }
  void tear_out(const std::string& path) { torn_out_.insert(path); }

  Async<std::vector<Entry>> list(std::string path) override {
    const Busy busy(*this);
    co_await sleep(10ms);
    if (torn_out_.contains(path)) throw std::runtime_error(path + " cannot be read");
    const auto found = folders_.find(path);
    if (found == folders_.end()) {
      ADD_FAILURE() << "list(\"" << path
                    << "\"): there is no such folder. What is in a folder is at "
                    << "path + \"/\" + name.";
      co_return std::vector<Entry>();
    }
    co_return found->second;
  }

  std::size_t lists = 0;  ///< that were begun
  std::size_t at_once = 0, most_at_once = 0;
  std::uintptr_t deepest = UINTPTR_MAX;  ///< end of the stack when a list was begun

 private:
  struct Busy {
    explicit Busy(Folders& disk) : disk_(disk) {
      ++disk_.lists;
      disk_.most_at_once = std::max(disk_.most_at_once, ++disk_.at_once);
      const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
      disk_.deepest = std::min(disk_.deepest, here);
    }
    ~Busy() { --disk_.at_once; }
    Folders& disk_;
  };

  std::map<std::string, std::vector<Entry>> folders_;
  std::set<std::string> torn_out_;
};

Entry file(std::string name, std::uint64_t bytes) { return {std::move(name), false, bytes}; }
Entry folder(std::string name) { return {std::move(name), true, 0}; }

/// A file of 1 byte here, and six folders with one of 10 bytes in each.
void add_six(Folders& disk) {
  std::vector<Entry> six{file("a.txt", 1)};
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    six.push_back(folder(name));
    disk.add(std::string("disk/") + name, {file("b.txt", 10)});
  }
  disk.add("disk", six);
}

/// Folders in folders, a file of 1 byte in each.
void add_deep(Folders& disk, int depth) {
  std::string path = "disk";
  for (int i = 1; i < depth; ++i) {
    disk.add(path, {file("a.txt", 1), folder("below")});
    path += "/below";
  }
  disk.add(path, {file("a.txt", 1)});
}

struct Walk {
  explicit Walk(Folders& disk) : disk(disk) {}
  std::uint64_t size(std::size_t at_once) {
    try {
      return executor.block_on(directory_size(disk, "disk", at_once));
    } catch (const Deadlock&) {
      ADD_FAILURE() << "Every task waits for a permit, or for a folder below: a folder needs no "
                       "permit while it waits for those below it.";
      return 0;
    }
  }
  long ms() { return (executor.reactor().now() - start) / 1ms; }

  Folders& disk;
  Executor executor{{.time = TimeMode::virtual_time, .seed = {}}};
  Instant start = executor.reactor().now();
};

TEST(DirectorySize, AddsUpAllFiles) {
  Folders disk;
  add_six(disk);
  disk.add("disk/f", {file("c.txt", 100), folder("old")});
  disk.add("disk/f/old", {file("d.txt", 5'000'000'000)});
  Walk walk(disk);
  EXPECT_EQ(walk.size(8), 5'000'000'151u)
      << "1 byte at the top, 50 and 100 in its folders, 5,000,000,000 in one of theirs. What lies "
         "in "
         "the folders below is missing, or counted twice; or the sum has 32 bits.";
}

TEST(DirectorySize, ListsOneAtATimeIfItMust) {
  Folders disk;
  add_deep(disk, 3);
  Walk walk(disk);
  EXPECT_EQ(walk.size(1), 3u);
}

TEST(DirectorySize, ListsNoMoreThanItMay) {
  Folders disk;
  add_six(disk);
  Walk walk(disk);
  EXPECT_EQ(walk.size(2), 61u);
  EXPECT_LE(disk.most_at_once, 2u)
      << "Two at a time were allowed. One Semaphore for all folders: each list() has a permit.";
}

TEST(DirectorySize, ListsSeveralAtOnce) {
  Folders disk;
  add_six(disk);
  Walk walk(disk);
  EXPECT_EQ(walk.size(3), 61u);
  EXPECT_EQ(walk.ms(), 30)
      << "To list a folder takes 10 ms, and three may be listed at once: 10 ms for the top, and 20 "
         "for the six below it. Are they listed one after the other?";
}

TEST(DirectorySize, NeedsNoStackForDepth) {
  const auto deepest = [](int depth) {
    Folders disk;
    add_deep(disk, depth);
    Walk walk(disk);
    EXPECT_EQ(walk.size(2), static_cast<std::uint64_t>(depth));
    return disk.deepest;
  };
  constexpr std::uintptr_t kBytes = 16 * 1024;
  EXPECT_LT(deepest(2) - deepest(300), kBytes)
      << "Three hundred folders deep, so much more of the stack is in use. Is each folder polled "
         "inside the poll of the folder above it? A task is polled by the executor.";
}

TEST(DirectorySize, IsAnErrorIfAFolderIsMissing) {
  Folders disk;
  add_six(disk);
  disk.tear_out("disk/b");
  Walk walk(disk);
  std::optional<std::uint64_t> size;
  try {
    size = walk.size(3);
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "disk/b cannot be read");
  }
  EXPECT_EQ(size, std::nullopt)
      << "One of the folders could not be read. A sum that leaves it out is no size.";
}

TEST(DirectorySize, LeavesNothingBehind) {
  Folders disk;
  add_six(disk);
  disk.tear_out("disk/a");
  Walk walk(disk);
  EXPECT_THROW(walk.size(1), std::runtime_error);
  const std::size_t begun = disk.lists;
  walk.executor.block_on(sleep(1s));
  EXPECT_EQ(disk.lists, begun)
      << "A folder could not be read, and that was the end. Others still went on: own your tasks, "
         "by a JoinSet, which aborts them when it goes.";
  EXPECT_EQ(disk.at_once, 0u);
}

// Whichever of the six is listed first cannot be read.
TEST(DirectorySize, DoesNotWaitForTheRestAfterAnError) {
  Folders disk;
  add_six(disk);
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) {
    disk.tear_out(std::string("disk/") + name);
  }
  Walk walk(disk);
  EXPECT_THROW(walk.size(1), std::runtime_error);
  EXPECT_EQ(walk.ms(), 20)
      << "10 ms for the top, 10 ms for the first folder below, which could not "
         "be read. The error was known, and the others were waited for: what "
         "is under way elsewhere is dropped.";
}

}  // namespace
}  // namespace book
