// What the head of a request says, once it was read (request_head.h), and how long it may be.
// Chapter 17 explains it on its third page, "Messages".
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

}  // namespace book::http
