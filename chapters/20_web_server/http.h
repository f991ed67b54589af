// The head of an HTTP/1.x request, read where it lies: the parser copies nothing and allocates
// nothing, every string_view of a Request points into the caller's buffer.
//
//     GET /sleep?x=1 HTTP/1.1\r\n        method, target, version
//     Host: localhost:7878\r\n           fields, of which the parser knows a handful
//     \r\n                               end of the head; a body may follow: of Content-Length
//                                        bytes, or in chunks (chunked.h)
//
// The parser knows neither sockets nor files, so that a test can feed it a byte at a time and a
// fuzzer can feed it anything. Chapter 20 explains it under "Reading a request".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace book::http {

struct Limits {
  std::size_t target = 4096;  ///< bytes of the target, the path with its query: more is 414
  std::size_t head = 8192;    ///< bytes of the whole head: more is 431, or 414 if all is one line
};

struct Request {
  std::string_view method;    ///< "GET": case matters
  std::string_view target;    ///< as it was sent: "/sleep?x=1"
  std::string_view path;      ///< the target without scheme, host and query, still percent-encoded
  std::string_view fields;    ///< the field lines, each with its line end, without the empty line
  std::size_t head_size = 0;  ///< bytes of the buffer that the head takes up
  std::uint64_t content_length = 0;  ///< bytes of body that follow the head
  bool chunked = false;              ///< or a body follows in chunks
  bool http_1_0 = false;
  bool keep_alive = true;         ///< may the connection carry another request after this one?
  bool expects_continue = false;  ///< the client waits for a word before it sends its body
  bool has_conditions = false;    ///< a Range, or one of the If- fields, is among the fields

  /// Member by member: what g++ 12 does for an aggregate of this size (rep stos) took a seventh of
  /// the time of a short head.
  Request() noexcept {}
  bool has_body() const noexcept { return chunked || content_length > 0; }
};

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

/// Compares without regard to the case of ASCII letters; `lower` is in lower case, letters and '-'
/// only.
[[nodiscard]] inline bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

}  // namespace book::http
