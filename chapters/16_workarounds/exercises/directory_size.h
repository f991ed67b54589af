// Exercise 1: how much is in a folder, and in all the folders below it?
//
//     directory_size(disk, "/", 4)
//
//     /            list("/")       |====|
//     |-- a.txt    list("/pics")        |====|        the folders below a folder are listed at the
//     |-- pics     list("/music")       |====|        same time, at most four lists at once
//     `-- music    list("/pics/old")         |====|
//
//   - Gives the sum of the bytes of all files.
//   - At most `at_once` calls of list() are under way at any moment.
//   - When a list() throws, that is what comes out: a sum that leaves out a folder is no size. What
//     is under way in other folders is of no use any more, and is dropped.
//   - Folders lie in folders, a thousand deep perhaps. The machine's stack does not grow with that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "10_spawning/join_set.h"
#include "12_sync/semaphore.h"
#include "16_workarounds/async_trait.h"

namespace book::exercise {

struct Entry {
  std::string name;
  bool is_folder = false;
  std::uint64_t bytes = 0;  // of a file
};

class Disk : public AsyncTrait {
 public:
  /// What is in the folder. It outlives all that directory_size() does.
  virtual Async<std::vector<Entry>> list(std::string path) = 0;
};

/// `path` ends without a slash: what is in it is at path + "/" + name.
inline Async<std::uint64_t> directory_size(Disk& disk, std::string path, std::size_t at_once) {
  // TODO: this one looks into no folder below. A JoinSet owns tasks, a Semaphore counts lists.
  (void)at_once;
  const std::vector<Entry> entries = co_await disk.list(std::move(path));
  std::uint64_t sum = 0;
  for (const Entry& entry : entries) sum += entry.bytes;
  co_return sum;
}

}  // namespace book::exercise
