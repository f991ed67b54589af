// Files, for tasks: each of these is one job of the current blocking pool.
//
//     std::string text = co_await read_file("notes.txt");
//     co_await replace_file("notes.txt", text + "one more\n");
//
// One job for a whole file, not one for each open, read and close: on the way to another thread and
// back there is time for dozens of system calls.
//
// Errors: std::system_error with the call and the path, "open notes.txt: No such file or
// directory". A future that is dropped takes its job along, if that has not begun; one that has
// begun ends in its own time, and what it writes is written. Paths are relative to the process's
// folder. Bytes come and go as values, not as views: the task that lent a buffer may be gone before
// the job ends.
//
// (The `place` is the caller's line, which is what a pool that waits for the job names.)
// Chapter 14 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "14_blocking/file_calls.h"
#include "common/trace.h"

namespace book {

/// All of a file.
Async<std::string> read_file(std::string path, Place place = {__builtin_FILE(), __builtin_LINE()});
/// Makes the file, or empties it first. Who reads meanwhile sees a part.
Async<> write_file(std::string path, std::string bytes,
                   Place place = {__builtin_FILE(), __builtin_LINE()});
/// Behind the file's end; makes it, if it is not there.
Async<> append_file(std::string path, std::string bytes,
                    Place place = {__builtin_FILE(), __builtin_LINE()});
/// Who reads finds the old file or the new one, whole (a temporary file beside it, fsync, rename).
Async<> replace_file(std::string path, std::string bytes,
                     Place place = {__builtin_FILE(), __builtin_LINE()});
Async<> remove_file(std::string path, Place place = {__builtin_FILE(), __builtin_LINE()});
/// What is in a folder, by name.
Async<std::vector<DirectoryEntry>> list_directory(std::string path,
                                                  Place place = {__builtin_FILE(),
                                                                 __builtin_LINE()});

/// An open file, for those that are too large to be read whole. Copies share it; the last one, or
/// the last job that uses it, closes.
class File {
 public:
  static Async<File> open(std::string path, OpenMode mode = OpenMode::read,
                          Place place = {__builtin_FILE(), __builtin_LINE()});

  /// From `offset`, up to so many bytes: fewer only at the end of the file.
  Async<std::string> read_at(std::uint64_t offset, std::size_t size,
                             Place place = {__builtin_FILE(), __builtin_LINE()}) const;
  /// All of the bytes; makes the file longer, if it has to be.
  Async<> write_at(std::uint64_t offset, std::string bytes,
                   Place place = {__builtin_FILE(), __builtin_LINE()}) const;
  Async<std::uint64_t> size(Place place = {__builtin_FILE(), __builtin_LINE()}) const;

 private:
  struct Opened {
    Descriptor descriptor;
    std::string path;
  };
  explicit File(std::shared_ptr<const Opened> opened) noexcept : opened_(std::move(opened)) {}

  std::shared_ptr<const Opened> opened_;
};

}  // namespace book
