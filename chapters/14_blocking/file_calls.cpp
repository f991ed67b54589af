#include "14_blocking/file_calls.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <memory>

namespace book::file_calls {
namespace {

[[noreturn]] void fail(const char* call, const std::string& path, int error = errno) {
  throw_errno(error, fmt::format("{} {}", call, path));
}

/// Makes the call again while a signal interrupts it.
template <class Call>
auto retried(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

/// The path, as a system call takes it: the only way to one. A name that goes on behind a null byte
/// would be the name of another file.
const char* name_for(const char* call, const std::string& path) {
  if (path.find('\0') != std::string::npos) {
    fail(call, std::string(path.c_str()) + " (and a null byte)", EINVAL);
  }
  return path.c_str();
}

Descriptor open_file(const std::string& path, int flags, mode_t mode = 0666) {
  const char* const name = name_for("open", path);
  const int fd = retried([&] { return ::open(name, flags | O_CLOEXEC, mode); });
  if (fd < 0) fail("open", path);
  return Descriptor(fd);
}

void write_to(int fd, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = retried([&] { return ::write(fd, bytes.data(), bytes.size()); });
    if (n < 0) fail("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// What could not be written until now may be told here: a disk on the network does so.
void close_file(Descriptor file, const std::string& path) {
  if (::close(file.release()) < 0 && errno != EINTR) fail("close", path);
}

off_t offset_of(std::uint64_t offset, const char* call, const std::string& path) {
  if (offset > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max())) {
    fail(call, path, EINVAL);
  }
  return static_cast<off_t>(offset);
}

constexpr std::size_t kPiece = 64u << 10;  // how much room is made where the size is not known

}  // namespace

std::string read_all(const std::string& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  struct ::stat status {};
  if (::fstat(file.get(), &status) < 0) fail("fstat", path);
  // Room for one byte more than it has: the read that leaves that byte alone has found the end. (A
  // file of /proc says that it has none, and only a read that brings nothing tells its end.)
  const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  std::string text(size + 1, '\0');
  std::size_t have = 0;
  for (;;) {
    const ssize_t n =
        retried([&] { return ::read(file.get(), text.data() + have, text.size() - have); });
    if (n < 0) fail("read", path);
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
    if (have == size) break;
    if (have == text.size()) text.resize(have + std::max(have, kPiece));
  }
  text.resize(have);
  return text;
}

void write_all(const std::string& path, std::string_view bytes) {
  Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  write_to(file.get(), path, bytes);
  close_file(std::move(file), path);
}

void append(const std::string& path, std::string_view bytes) {
  Descriptor file = open_file(path, O_WRONLY | O_CREAT | O_APPEND);
  write_to(file.get(), path, bytes);
  close_file(std::move(file), path);
}

void replace(const std::string& path, std::string_view bytes) {
  static std::atomic<unsigned> number{0};
  const char* const name = name_for("open", path);
  const std::string beside = fmt::format("{}.{}-{}.tmp", path, ::getpid(), ++number);
  Descriptor file = open_file(beside, O_WRONLY | O_CREAT | O_EXCL);
  try {
    struct ::stat old {};
    if (::stat(name, &old) == 0 && ::fchmod(file.get(), old.st_mode & 07777) < 0) {
      fail("fchmod", beside);
    }
    write_to(file.get(), beside, bytes);
    // Or a crash might leave the name, and not what it stands for.
    if (retried([&] { return ::fsync(file.get()); }) < 0) fail("fsync", beside);
    close_file(std::move(file), beside);
    if (::rename(beside.c_str(), name) < 0) fail("rename", path);
  } catch (...) {
    ::unlink(beside.c_str());
    throw;
  }
}

void remove(const std::string& path) {
  if (::unlink(name_for("unlink", path)) < 0) fail("unlink", path);
}

std::vector<DirectoryEntry> list(const std::string& path) {
  Descriptor folder = open_file(path, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(folder.get()), &::closedir);
  if (!entries) fail("fdopendir", path);
  const int fd = folder.release();  // from here on it is the stream's

  std::vector<DirectoryEntry> found;
  using Kind = DirectoryEntry::Kind;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (!entry) break;
    std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    struct ::stat status {};
    if (::fstatat(fd, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) {
      if (errno == ENOENT) continue;  // it was removed meanwhile
      fail("fstatat", fmt::format("{}/{}", path, name));
    }
    const Kind kind = S_ISREG(status.st_mode)   ? Kind::file
                      : S_ISDIR(status.st_mode) ? Kind::directory
                      : S_ISLNK(status.st_mode) ? Kind::link
                                                : Kind::other;
    found.push_back({std::move(name), kind});
  }
  if (errno != 0) fail("readdir", path);
  std::sort(found.begin(), found.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return found;
}

Descriptor open(const std::string& path, OpenMode mode) {
  switch (mode) {
    case OpenMode::read:
      return open_file(path, O_RDONLY);
    case OpenMode::write:
      return open_file(path, O_RDWR | O_CREAT);
    case OpenMode::create:
      break;
  }
  return open_file(path, O_RDWR | O_CREAT | O_EXCL);
}

std::string read_at(int fd, const std::string& path, std::uint64_t offset, std::size_t size) {
  const off_t from = offset_of(offset, "pread", path);
  std::string text;
  while (text.size() < size) {
    const std::size_t have = text.size();
    text.resize(have + std::min(size - have, std::max(have, kPiece)));
    const ssize_t n = retried([&] {
      return ::pread(fd, text.data() + have, text.size() - have, from + static_cast<off_t>(have));
    });
    if (n < 0) fail("pread", path);
    text.resize(have + static_cast<std::size_t>(n));
    if (n == 0) break;
  }
  return text;
}

void write_at(int fd, const std::string& path, std::uint64_t offset, std::string_view bytes) {
  off_t to = offset_of(offset, "pwrite", path);
  while (!bytes.empty()) {
    const ssize_t n = retried([&] { return ::pwrite(fd, bytes.data(), bytes.size(), to); });
    if (n < 0) fail("pwrite", path);
    bytes.remove_prefix(static_cast<std::size_t>(n));
    to += n;
  }
}

std::uint64_t size_of(int fd, const std::string& path) {
  struct ::stat status {};
  if (::fstat(fd, &status) < 0) fail("fstat", path);
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace book::file_calls
