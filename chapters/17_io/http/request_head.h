// The head of an HTTP/1.x request, read where it lies: the parser copies nothing and allocates
// nothing, every string_view of a Request points into the caller's buffer.
//
//     GET /sleep?x=1 HTTP/1.1\r\n        method, target, version
//     Host: localhost:7878\r\n           fields, of which the parser knows a handful
//     \r\n                               end of the head; a body may follow: of Content-Length
//                                        bytes, or in chunks (chunked.h)
//
// The parser knows neither sockets nor files, so that a test can feed it a byte at a time and a
// fuzzer can feed it anything. Chapter 17 explains it on its third page, "Messages".
#pragma once

#include <string_view>

#include "17_io/http/request.h"

namespace book::http {

struct Parsed {
  enum class Kind { need_more, request, error };

  Kind kind = Kind::need_more;
  /// Of an error: 400, 414, 417, 431, 501 or 505. The connection must be closed after it.
  int status = 0;
  Request request;  ///< of a request; of an error, the method alone, if it could be read
};

/// Reads one request head from the front of `buffer`.
///
/// `need_more` asks to be called again with the same bytes and some that follow; it starts from the
/// first byte then, which a limit of a few KiB makes cheaper than the system call that brought the
/// new bytes. The answer depends only on the bytes, never on the pieces in which they came: once it
/// is a request or an error, more bytes do not change it.
///
/// Wherever two readers of one request could disagree on where it ends, it is refused.
[[nodiscard]] Parsed parse(std::string_view buffer, const Limits& limits = {});

}  // namespace book::http
