// Exercise 1: many files at once.
//
//     paths     a.txt  b.txt  c.txt  d.txt ...          1,000 of them
//                 |      |      x                       c cannot be read
//     reports   3 lines, 7,   "open c.txt: ...", 2 ...  in the order of the paths
//
//   - One report a path, in the order of the paths, in whatever order the files are read.
//   - What goes wrong with a file stands in its report. The others are not touched by it.
//   - Several files are read at the same time, but never more than `at_once`: a process may have so
//     many files open, and no more.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "05_async_await/async.h"
#include "09_streams/buffered.h"
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

inline Async<std::vector<Report>> process_files(std::vector<std::string> paths, std::size_t at_once,
                                                Read read) {
  // TODO: this reads one file after the other, and the first that cannot be read ends all.
  (void)at_once;
  std::vector<Report> reports;
  for (const std::string& path : paths) {
    const std::string text = co_await read(path);
    reports.push_back({path, 0, ""});
  }
  co_return reports;
}

}  // namespace book::exercise
