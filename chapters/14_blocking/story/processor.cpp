#include "14_blocking/story/processor.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <stdexcept>
#include <string_view>

#include "09_streams/buffered.h"
#include "09_streams/collect.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "14_blocking/fs.h"
#include "common/descriptor.h"

namespace book::story {
namespace {

struct Report {
  std::string name;
  long sum = 0;
  std::string error;  ///< empty: there is a sum
};

/// One number a line.
long sum_of(std::string_view text) {
  long sum = 0;
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view word = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    long number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) {
      throw std::runtime_error(fmt::format("line {}: \"{}\" is no number", line, word));
    }
    sum += number;
  }
  return sum;
}

/// Never throws: what goes wrong with this file is this file's.
Async<Report> process(std::string name) {
  Report report;
  report.name = name;
  try {
    const std::string text = co_await read_file(std::move(name));
    report.sum = sum_of(text);
  } catch (const std::exception& error) {
    report.error = error.what();
  }
  co_return report;
}

/// A folder of its own, in which the program works, and which goes with it.
class Folder {
 public:
  Folder() : before_(::get_current_dir_name()) {
    std::string name = "/tmp/book_14_XXXXXX";
    if (!::mkdtemp(name.data())) throw_errno("mkdtemp");
    path_ = name;
    if (::chdir(path_.c_str()) < 0) throw_errno("chdir");
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    (void)!::chdir(before_);
    ::free(before_);
    ::rmdir(path_.c_str());
  }

 private:
  char* before_;
  std::string path_;
};

}  // namespace

Async<> six_files() {
  const Folder folder;
  co_await write_file("apples", "1\n2\n3\n");
  co_await write_file("beans", "10\n20\n");
  co_await write_file("corn", "4\nfive\n6\n");
  co_await write_file("eggs", "");
  co_await write_file("figs", "100\n");

  const std::vector<std::string> names = {"apples", "beans", "corn", "dill", "eggs", "figs"};
  auto reports = iter(names) | map(process) | buffered(3);
  long total = 0;
  int bad = 0;
  for (;;) {
    const auto report = co_await next(reports);
    if (!report) break;
    if (report->error.empty()) {
      total += report->sum;
      fmt::print("   {:<7}{:>4}\n", report->name, report->sum);
    } else {
      ++bad;
      fmt::print("   {:<7}   -  {}\n", report->name, report->error);
    }
  }
  fmt::print("   in all {:>4}, and {} files of {} gave none\n", total, bad, names.size());

  const auto left = co_await list_directory(".");
  for (const DirectoryEntry& entry : left) co_await remove_file(entry.name);
}

}  // namespace book::story
