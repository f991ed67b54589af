// From the path of a request to a file under the root, and never beyond it. Two fences, each of
// which would do alone:
//
//     "/img/a%20b.png"  --relative_path-->  "img/a b.png"  --open_beneath-->  a descriptor
//                       the words of it                    the kernel's walk
#pragma once

#include <string>
#include <string_view>

#include "common/descriptor.h"

namespace book::http {

/// What the path of a request names.
struct RelativePath {
  /// 200. Or 400: a broken percent-encoding, a NUL or another control character, which no honest
  /// client sends. Or 404: nothing that this server would serve, such as a backslash, an
  /// encoded slash, an empty segment, or one that begins with a dot ("..", ".git"), other than a
  /// ".well-known" in front.
  int status = 404;
  std::string_view name =
      {};  ///< relative to the root; a folder's ends in a slash, the root's is ""
};

/// Percent-encodings are undone once; `storage` keeps the result alive where that changed
/// something.
[[nodiscard]] RelativePath relative_path(std::string_view path, std::string& storage);

enum class Walk {
  kernel,  ///< openat2 with RESOLVE_BENEATH (Linux 5.6): symbolic links may lead anywhere below the
           ///< root
  by_hand,  ///< a step a segment, and no symbolic link at all
};

/// Opens a file or folder for reading, or gives an empty Descriptor and the reason in errno: EXDEV
/// or ELOOP when a link leads out. It is below `root` at the moment it is opened, whatever links
/// and renames happen meanwhile. Never waits for the other end of a named pipe.
[[nodiscard]] Descriptor open_beneath(int root, std::string_view relative,
                                      Walk walk = Walk::kernel);

}  // namespace book::http
