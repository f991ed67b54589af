#include "common/trace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace book::trace::detail {
namespace {

/// errno of the failed write, or 0.
int write_all(int fd, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// What a program also writes elsewhere (`--trace /dev/stdout`) is not ours to cut.
bool is_a_file_of_our_own(int fd) noexcept {
  struct stat own, other;
  if (::fstat(fd, &own) != 0 || !S_ISREG(own.st_mode)) return false;
  for (const int standard : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::fstat(standard, &other) == 0 && other.st_dev == own.st_dev && other.st_ino == own.st_ino)
      return false;
  }
  return true;
}

}  // namespace

int TraceFile::open(const std::string& path, Kept kept) noexcept {
  file_ =
      // blocks: before the program begins, while a named pipe has no reader
      Descriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666));
  if (!file_) return errno;
  kept_ = kept;
  whole_ = !is_a_file_of_our_own(file_.get());
  return 0;
}

int TraceFile::write(std::string_view line, long number) noexcept {
  if (!whole_ && head_ == 0 && size_ + line.size() > kept_.first && number > 0) {
    head_ = size_;
    first_cut_ = number;
  }
  if (!whole_ && head_ != 0 && size_ - head_ > 2 * kept_.last) {
    try {
      if (const int error = cut()) return error;
    } catch (...) {
      return ENOMEM;
    }
  }
  const int error = write_all(file_.get(), line);
  size_ += line.size();
  return error;
}

/// The younger half of the end moves up, behind the line that says what is missing.
int TraceFile::cut() {
  const Descriptor reading(
      // blocks: never, it is a file (see open)
      ::open(fmt::format("/proc/self/fd/{}", file_.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!reading) {
    whole_ = true;  // no way to read it again: let it grow
    return 0;
  }
  std::string end(kept_.last, '\0');
  const ssize_t got =
      ::pread(reading.get(), end.data(), end.size(), static_cast<off_t>(size_ - end.size()));
  const std::size_t line = got < 0 ? end.npos : end.find("\n{\"n\":");
  if (line == end.npos) {
    whole_ = true;
    return 0;
  }
  end.erase(0, line + 1);
  const long first_kept = std::atol(end.c_str() + std::string_view("{\"n\":").size());
  end.insert(0,
             fmt::format("{{\"n\":{},\"e\":\"cut\",\"from\":{}}}\n", first_kept - 1, first_cut_));
  if (::ftruncate(file_.get(), static_cast<off_t>(head_)) != 0) return errno;
  size_ = head_ + end.size();
  return write_all(file_.get(), end);
}

}  // namespace book::trace::detail
