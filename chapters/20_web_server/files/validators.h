// Validators: what tells one state of a file from the next, for us and for a client that keeps a
// copy (RFC 9110, section 8.8).
//
//     Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT
//     ETag: "ae1b981bc490a00-10f"                     modified, in nanoseconds, and size
//     ETag: W/"ae1b981bc490a00-10f-ae1b981d4dcef4e"   weak: just modified, and when we looked
//
// A clock has ticks. Two changes within one tick leave the same time behind, so a file that was
// modified a moment ago may change again and look the same. Until a second has passed, its tag is
// weak, which means "do not put parts of it together", and never equal to a later one. (A time in
// the future is none at which it can have changed. Then the time counts at which its inode did.)
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <string>

namespace book::http {

struct Validators {
  std::string etag;          ///< with its quotes
  std::time_t modified = 0;  ///< seconds, as the file says
  /// What Last-Modified says. Of a file that was just modified it is a second that had passed when
  /// we looked: a client that asks later whether it was modified since then is told that it was.
  /// And it is never in the future, whatever the file says.
  std::time_t last_modified = 0;

  bool is_strong() const noexcept { return etag.front() == '"'; }
};

/// `now` is the time of the wall clock, from before the bytes are read.
[[nodiscard]] Validators validators_of(const struct ::stat& st, const std::timespec& now);

/// The two fields.
[[nodiscard]] std::string to_fields(const Validators& validators);

/// For ourselves: everything that changes when a file is written to or replaced.
struct FileVersion {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::uint64_t modified_ns = 0, changed_ns = 0;
  bool operator==(const FileVersion&) const = default;
};
[[nodiscard]] FileVersion version_of(const struct ::stat& st) noexcept;

/// Is what an open file held at `then` still in it? It may have grown at its end, and it may have
/// lost its name. Where it was overwritten with more than it held, this cannot tell.
[[nodiscard]] bool still_holds(int fd, const FileVersion& then) noexcept;

}  // namespace book::http
