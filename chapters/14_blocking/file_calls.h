// Files, by calls that block: what the functions of fs.h do on a thread of the pool.
//
// Errors: std::system_error, whose text begins with the call and the path, such as "open notes.txt:
// No such file or directory". A call that a signal has interrupted is made again; one that has
// moved less than it was asked to goes on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/descriptor.h"

namespace book {

/// What is in a folder.
struct DirectoryEntry {
  enum class Kind : unsigned char { file, directory, link, other };
  std::string name;  ///< without its folder
  Kind kind = Kind::file;
  bool operator==(const DirectoryEntry&) const = default;
};

/// What a file is opened for.
enum class OpenMode : unsigned char {
  read,    ///< it has to be there
  write,   ///< and read; made, if it is not there, and kept as it is, if it is
  create,  ///< and read; it must not be there
};

namespace file_calls {

/// All of a file. Its size is no promise: a file of /proc has none, and another may grow meanwhile.
std::string read_all(const std::string& path);
/// Makes the file, or empties it, and writes.
void write_all(const std::string& path, std::string_view bytes);
/// Makes the file, if it is not there, and writes behind its end.
void append(const std::string& path, std::string_view bytes);
/// Writes a file beside it, and gives that its name: who reads finds the old one or the new one,
/// whole, and so does the next start after a crash. The new one has the old one's mode. A symbolic
/// link is replaced, not followed.
void replace(const std::string& path, std::string_view bytes);
void remove(const std::string& path);
/// By name, without "." and "..".
std::vector<DirectoryEntry> list(const std::string& path);

Descriptor open(const std::string& path, OpenMode mode);
/// From `offset`, up to so many bytes: fewer only at the end of the file.
std::string read_at(int fd, const std::string& path, std::uint64_t offset, std::size_t size);
void write_at(int fd, const std::string& path, std::uint64_t offset, std::string_view bytes);
std::uint64_t size_of(int fd, const std::string& path);

}  // namespace file_calls
}  // namespace book
