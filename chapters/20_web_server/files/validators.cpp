#include "20_web_server/files/validators.h"

#include <fmt/format.h>

#include <algorithm>

#include "17_io/http/date.h"

namespace book::http {
namespace {

/// Without a sign: what is too far away for 64 bits wraps around, and is still different.
std::uint64_t nanoseconds(const std::timespec& t) noexcept {
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(t.tv_nsec);
}

/// Has a whole second passed between the two?
bool is_a_second_before(const std::timespec& then, const std::timespec& now) noexcept {
  return then.tv_sec < now.tv_sec - 1 ||
         (then.tv_sec == now.tv_sec - 1 && then.tv_nsec <= now.tv_nsec);
}

}  // namespace

Validators validators_of(const struct ::stat& st, const std::timespec& now) {
  const auto size = static_cast<std::uint64_t>(st.st_size);
  const std::uint64_t modified = nanoseconds(st.st_mtim);
  Validators result;
  // A time in the future is no time at which it was modified: it was set.
  const bool set = st.st_mtim.tv_sec > now.tv_sec + 1 && is_a_second_before(st.st_ctim, now);
  result.etag = set || is_a_second_before(st.st_mtim, now)
                    ? fmt::format("\"{:x}-{:x}\"", modified, size)
                    : fmt::format("W/\"{:x}-{:x}-{:x}\"", modified, size, nanoseconds(now));
  // There are no dates before 1970 here: some file systems have them, no client needs them.
  result.modified = std::max<std::time_t>(st.st_mtim.tv_sec, 0);
  result.last_modified = std::clamp<std::time_t>(now.tv_sec - 1, 0, result.modified);
  return result;
}

std::string to_fields(const Validators& validators) {
  return fmt::format("Last-Modified: {}\r\nETag: {}\r\n", http_date(validators.last_modified),
                     validators.etag);
}

FileVersion version_of(const struct ::stat& st) noexcept {
  return {st.st_dev, st.st_ino, st.st_size, nanoseconds(st.st_mtim), nanoseconds(st.st_ctim)};
}

bool still_holds(int fd, const FileVersion& then) noexcept {
  struct ::stat st {};
  if (::fstat(fd, &st) != 0) return false;
  return st.st_size > then.size ||
         (st.st_size == then.size && nanoseconds(st.st_mtim) == then.modified_ns);
}

}  // namespace book::http
