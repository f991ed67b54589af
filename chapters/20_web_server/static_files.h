// The files under one folder, as answers. A small file is read once and kept in memory; asking for
// it again costs a look into a table and no system call. Once a second at most the file itself is
// asked whether it has changed, so that an edited page shows up within a second.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>

#include "17_io/descriptor.h"
#include "20_web_server/file_path.h"
#include "common/clock.h"

namespace book::http {

/// What a request gets. The views are good until the next find().
struct Found {
  /// 200. Or 301: a folder, to be asked for with a slash at its end. 400: no path at all. 403: it
  /// is there and may not be read, or a link leads out of the root, or a folder has no index. 404.
  /// 503: the system is out of descriptors or memory.
  int status = 404;
  std::string_view entity = {};  ///< its Content-Type and Content-Length lines
  std::string_view body = {};    ///< of a small file, all of it
  Descriptor file = {};          ///< of a large one, to be read from its start
  std::uint64_t size = 0;        ///< bytes of the body, wherever it is
};

class StaticFiles {
 public:
  struct Options {
    std::size_t small = 32 * 1024;             ///< bytes: files up to this size are kept in memory
    std::size_t most_kept = 16 * 1024 * 1024;  ///< bytes of all that is kept
    Duration check_every = std::chrono::seconds(1);
    Walk walk = Walk::kernel;
  };

  /// Throws std::system_error when `root` is no folder that can be opened.
  explicit StaticFiles(const std::string& root) : StaticFiles(root, Options{}) {}
  StaticFiles(const std::string& root, const Options& options);

  /// The regular file at the path of a request ("/img/a%20b.png"). Of a folder ("/img/") it is
  /// index.html, and hello.html if there is no such file.
  Found find(std::string_view path, Instant now);

 private:
  /// What tells one state of a file from the next.
  struct Version {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified_ns = 0, changed_ns = 0;
    bool operator==(const Version&) const = default;
  };
  struct Kept {
    std::string name;    // relative to the root
    std::string before;  // the index that this one stands in for: nothing, as yet
    std::string entity, body;
    Version version;
    Instant checked;
    std::size_t weight = 0;  // bytes of memory, about
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  static Version version_of(const struct ::stat& st);
  bool still_same(const Kept& kept) const;
  static Found found(const Kept& kept);
  Found load(std::string_view path, std::string_view name, Instant now);
  Found load_index(std::string_view path, std::string_view folder, Instant now);
  Found keep(std::string_view path, std::string_view name, std::string_view before, Descriptor file,
             const struct ::stat& st, Instant now);
  void forget(std::string_view path);

  Descriptor root_;
  Options options_;
  // By the path as it is asked for: what is found needs no decoding and no checking, for that was
  // done before it was put here.
  std::unordered_map<std::string, Kept, Hash, std::equal_to<>> table_;
  std::size_t kept_bytes_ = 0;
  std::string decoded_, large_entity_;
};

/// By the name's extension; "application/octet-stream" where it says nothing.
[[nodiscard]] std::string_view content_type(std::string_view name);

}  // namespace book::http
