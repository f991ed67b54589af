// The files under one folder, as answers. A small file is read once and kept in memory; asking for
// it again costs a look into a table and no system call. Once a second at most the file itself is
// asked whether it has changed, so that an edited page shows up within a second.
//
//     request --> in the table? --yes, and asked within this second--------> answer
//                      |   \---- yes --> fstatat: still the same? --yes----> answer
//                      no                             no
//                      v                               v
//                 open, fstat <------------------------'
//                      |  small: read, fstat again: the same? ---yes, keep-> answer
//                      '  large, or changing while it is read -------------> answer, from the file
#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "20_web_server/files/content.h"
#include "20_web_server/files/file_path.h"
#include "20_web_server/files/validators.h"
#include "common/clock.h"
#include "common/descriptor.h"

namespace book::http {

class StaticFiles final : public Content {
 public:
  struct Options {
    std::size_t small = 32 * 1024;              ///< bytes: files up to this size are kept in memory
    std::size_t max_cached = 16 * 1024 * 1024;  ///< bytes of all that is kept
    Duration check_every = std::chrono::seconds(1);
    std::string cache_control = {};  ///< the value of this field, for every file; "": no such field
    Walk walk = Walk::kernel;
  };

  /// Throws std::system_error when `root` is no folder that can be opened.
  explicit StaticFiles(const std::string& root) : StaticFiles(root, Options{}) {}
  StaticFiles(const std::string& root, const Options& options);

  /// The regular file at the path of a request ("/img/a%20b.png"). Of a folder ("/img/") it is
  /// index.html, and hello.html if there is no such file.
  Found find(std::string_view path, Instant now) override;

 private:
  struct CachedFile {
    std::string name;    // relative to the root
    std::string before;  // the index that this one stands in for: nothing, as yet
    Representation representation;
    std::string body;
    Instant checked;
    std::size_t weight = 0;  // bytes of memory, about
  };
  // Paths are short, and a call into the library costs more than they do: a hash (FNV-1a) and a
  // comparison of our own.
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view path) const noexcept {
      std::uint64_t hash = 0xcbf29ce484222325u;
      for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
      return hash;
    }
  };

  bool is_fresh(const CachedFile& cached) const;
  static Found found_cached(const CachedFile& cached);
  Found load(std::string_view path, std::string_view name, Instant now);
  Found load_index(std::string_view path, std::string_view folder, Instant now);
  Found serve_open_file(std::string_view path, std::string_view name, std::string_view before,
                        Descriptor file, struct ::stat st, Instant now);
  Found store(std::string_view path, CachedFile cached);
  CachedFile* find_cached(std::string_view path);
  void forget(std::string_view path);

  Descriptor root_;
  Options options_;
  // By the path as it is asked for: what is found needs no decoding and no checking, for that was
  // done before it was put here.
  struct Same {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const noexcept {
      if (a.size() != b.size()) return false;
      for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i] != b[i]) return false;
      return true;
    }
  };
  using Table = std::unordered_map<std::string, CachedFile, Hash, Same>;
  Table table_;
  // Those that were asked for last: a look here is cheaper than one into the table.
  std::array<Table::value_type*, 64> recent_{};
  std::size_t cached_bytes_ = 0;
  std::string decoded_;
  Representation uncached_;  // of the last file that is not kept
};

/// By the name's extension; "application/octet-stream" where it says nothing.
[[nodiscard]] std::string_view content_type(std::string_view name);

}  // namespace book::http
