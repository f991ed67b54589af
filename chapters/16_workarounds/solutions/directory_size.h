// Exercise 1, solved: how much is in a folder, and in all the folders below it?
//
// A task for each folder: the executor polls it by itself, however deep it lies. The tasks below a
// folder belong to a set that aborts them when it goes, and all together share the permits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

/// Shared: a task that is aborted goes at its next turn, and that may be after the first one's end.
using Permits = std::shared_ptr<Semaphore>;

inline Async<std::vector<Entry>> list(Disk& disk, std::string path, Permits permits) {
  const Permit permit = co_await permits->acquire();
  std::vector<Entry> entries = co_await disk.list(std::move(path));
  co_return entries;  // and the permit goes back: to wait for folders needs none
}

inline Async<std::uint64_t> size_of(Disk& disk, std::string path, Permits permits) {
  const std::vector<Entry> entries = co_await list(disk, path, permits);
  std::uint64_t sum = 0;
  JoinSet<std::uint64_t> folders;
  for (const Entry& entry : entries) {
    sum += entry.bytes;
    if (entry.is_folder) folders.spawn(size_of(disk, path + "/" + entry.name, permits));
  }
  for (;;) {
    const std::optional<std::uint64_t> size = co_await folders.join_next();
    if (!size) break;
    sum += *size;
  }
  co_return sum;
}

/// `path` ends without a slash: what is in it is at path + "/" + name.
inline Async<std::uint64_t> directory_size(Disk& disk, std::string path, std::size_t at_once) {
  const std::uint64_t sum = co_await size_of(disk, path, std::make_shared<Semaphore>(at_once));
  co_return sum;
}

}  // namespace book::exercise
