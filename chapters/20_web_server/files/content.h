// Where the bodies of answers come from, as the protocol sees it: a path goes in, a Found comes
// out. The server's content is a folder (static_files.h); a test's may be a table of strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "20_web_server/files/validators.h"
#include "common/clock.h"

namespace book::http {

/// What is told about a file, rendered once.
struct Representation {
  std::string_view type;
  Validators validators;
  FileVersion version;
  std::string_view cache_control;  ///< a field, or nothing
  std::string fields;              ///< of a 200: Content-Type, Content-Length, and what comes below
  std::size_t plain = 0;           ///< bytes of `fields` before Last-Modified and what follows it
};

/// A body that is too large to lie in memory: it is read piece by piece.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// Only a part of it is wanted. Before the first read().
  virtual void set_range(std::uint64_t first, std::uint64_t size) = 0;
  /// The next bytes, as many as there is room for. Throws std::system_error when they cannot be
  /// read, and UnexpectedEnd when they are not what was promised.
  virtual std::size_t read(std::span<char> room) = 0;
  virtual bool at_end() const noexcept = 0;
};

/// What a request gets. The views are good until the next find().
struct Found {
  /// 200. Or 301: a folder, to be asked for with a slash at its end. 400: no path at all. 403: it
  /// is there and may not be read, or a link leads out of the root, or a folder has no index. 404.
  /// 503: the system is out of descriptors or memory, or cannot read its disk.
  int status = 404;
  std::string_view entity = {};              ///< the fields that describe it
  std::string_view body = {};                ///< of a small one, all of it
  std::unique_ptr<BodySource> source = {};   ///< of a large one
  std::uint64_t size = 0;                    ///< bytes of the body, wherever it is
  const Representation* selected = nullptr;  ///< of a file
};

class Content {
 public:
  virtual ~Content() = default;
  /// What is at the path of a request ("/img/a%20b.png").
  virtual Found find(std::string_view path, Instant now) = 0;
};

}  // namespace book::http
