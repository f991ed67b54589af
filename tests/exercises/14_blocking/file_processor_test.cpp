#include "exercise/file_processor.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "02_timer_future/sleep.h"
#include "04_io_executor/block_on.h"
#include "14_blocking/blocking_pool.h"

namespace book::exercise {
void PrintTo(const Report& report, std::ostream* out) {
  *out << report.path << ": " << report.lines << " lines \"" << report.error << '"';
}
}  // namespace book::exercise

namespace book {
namespace {

using namespace std::chrono_literals;
using exercise::process_files;
using exercise::Report;

constexpr ExecutorOptions kVirtual{.time = TimeMode::virtual_time, .seed = {}};

/// A slow disk, in virtual time: file n has n lines and takes n ms, "bad" cannot be read. The last
/// line of a file has no '\n', and so does not count.
struct Disk {
  int open = 0;
  int most = 0;
  std::vector<std::string> read;

  static Async<std::string> read_from(Disk& disk, std::string path) {
    disk.most = std::max(disk.most, ++disk.open);
    const int number = path == "bad" ? 5 : std::stoi(path);
    co_await sleep(std::chrono::milliseconds(number));
    --disk.open;
    disk.read.push_back(path);
    if (path == "bad") throw std::runtime_error("open bad: No such file or directory");
    co_return std::string(static_cast<std::size_t>(number), '\n') + "no end of line";
  }
  exercise::Read reader() {
    return [this](std::string path) { return read_from(*this, std::move(path)); };
  }
};

std::vector<std::string> paths_of(const std::vector<Report>& reports) {
  std::vector<std::string> paths;
  for (const Report& report : reports) paths.push_back(report.path);
  return paths;
}

TEST(FileProcessor, ReportsEachFileInTheOrderOfThePaths) {
  Disk disk;
  const std::vector<Report> reports =
      block_on(process_files({"30", "10", "20"}, 3, disk.reader()), kVirtual);
  EXPECT_EQ(paths_of(reports), (std::vector<std::string>{"30", "10", "20"}))
      << "The files ended in another order than they were named in; the reports are to come in the "
         "order of the paths.";
  const std::vector<Report> expected = {{"30", 30, ""}, {"10", 10, ""}, {"20", 20, ""}};
  EXPECT_EQ(reports, expected)
      << "The paths are right, and the rest of a report is not: the lines of a file are the '\\n' "
         "in "
         "it (the last line here ends without one), and `error` is for files that cannot be read.";
}

TEST(FileProcessor, TellsOfABadFileAndReadsTheOthers) {
  Disk disk;
  std::vector<Report> reports;
  try {
    reports = block_on(process_files({"1", "bad", "2"}, 2, disk.reader()), kVirtual);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "One bad file ended all (\"" << error.what()
                  << "\"): what goes wrong with a file belongs in its report.";
  }
  const std::vector<Report> expected = {
      {"1", 1, ""}, {"bad", 0, "open bad: No such file or directory"}, {"2", 2, ""}};
  EXPECT_EQ(reports, expected)
      << "The bad file has a report of its own, at its place: no lines, and the what() of the "
         "exception that came instead.";
}

TEST(FileProcessor, ReadsSoManyAtOnceAndNoMore) {
  Disk disk;
  Executor executor(kVirtual);
  const Instant start = executor.reactor().now();
  executor.block_on(process_files(std::vector<std::string>(100, "10"), 8, disk.reader()));
  const long ms = (executor.reactor().now() - start) / 1ms;
  EXPECT_LE(disk.most, 8) << "Eight may be open at once, and " << disk.most
                          << " were. A process that opens them all runs out of descriptors.";
  EXPECT_GE(disk.most, 8) << "Eight may be open at once, and there were never more than "
                          << disk.most
                          << ". One file after the other: while one is read, the disk could bring "
                             "seven more.";
  EXPECT_EQ(ms, 130) << "100 files of 10 ms each, eight at once.";
}

TEST(FileProcessor, TakesTheLimitThatItIsGiven) {
  Disk disk;
  block_on(process_files(std::vector<std::string>(20, "10"), 3, disk.reader()), kVirtual);
  EXPECT_EQ(disk.most, 3) << "Three may be open at once, and " << disk.most
                          << " were. The limit is `at_once`, not a figure of yours.";
}

// Real files, and room for a few dozen descriptors.
TEST(FileProcessor, GetsAlongWithFewDescriptors) {
  std::string folder = (std::filesystem::temp_directory_path() / "book_files_XXXXXX").string();
  ASSERT_TRUE(::mkdtemp(folder.data()));
  std::vector<std::string> paths;
  for (int i = 0; i < 200; ++i) {
    paths.push_back(folder + "/" + std::to_string(i));
    file_calls::write_all(paths.back(), std::string(static_cast<std::size_t>(i), '\n'));
  }
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit few{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<Report> reports;
  {
    BlockingPool pool;
    const BlockingPool::Scope here(pool);
    reports = block_on(
        process_files(paths, 16, [](std::string path) { return read_file(std::move(path)); }));
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  std::filesystem::remove_all(folder);
  ASSERT_EQ(reports.size(), paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) EXPECT_EQ(reports[i], (Report{paths[i], i, ""}));
}

}  // namespace
}  // namespace book
