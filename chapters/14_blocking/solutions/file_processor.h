// Exercise 1, solved: many files at once.
//
//     paths | map(process) | buffered(at_once)
//
// Each file's future catches what goes wrong with that file, so the stream never throws. buffered
// keeps so many of them under way, and gives their reports in the order of the paths.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "09_streams/buffered.h"
#include "09_streams/collect.h"
#include "09_streams/map_filter.h"
#include "09_streams/sources.h"
#include "14_blocking/fs.h"

namespace book::exercise {

struct Report {
  std::string path;
  std::size_t lines = 0;  ///< how many '\n' there are in it
  std::string error;      ///< what(), of the exception that came instead
  bool operator==(const Report&) const = default;
};

/// How a file is read: read_file, unless a test wants to know when.
using Read = std::function<Async<std::string>(std::string path)>;

/// `read` is the caller's, who waits for this.
inline Async<Report> process(const Read& read, std::string path) {
  Report report{path, 0, ""};
  try {
    const std::string text = co_await read(std::move(path));
    report.lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  } catch (const std::exception& error) {
    report.error = error.what();
  }
  co_return report;
}

inline Async<std::vector<Report>> process_files(std::vector<std::string> paths, std::size_t at_once,
                                                Read read) {
  const auto one = [&read](std::string path) { return process(read, std::move(path)); };
  auto reports = iter(paths) | map(one) | buffered(at_once);
  std::vector<Report> all;
  for (;;) {
    auto report = co_await next(reports);
    if (!report) break;
    all.push_back(std::move(*report));
  }
  co_return all;
}

}  // namespace book::exercise
