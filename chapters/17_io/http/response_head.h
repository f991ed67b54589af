// The head of an answer, read by a client: the other end of request_head.h. It copies nothing;
// every string_view of a ResponseHead points into the caller's buffer.
//
//     HTTP/1.1 200 OK\r\n                version, status, and words for people
//     Content-Length: 11\r\n             fields
//     \r\n                               end of the head; where the body ends, `body` says
//
// A server may lie as well as a client: where two readers could disagree on the end of the body,
// the answer is refused. Chapter 17 explains it on its third page, "Messages".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace book::http {

/// Where the body of an answer ends.
enum class BodyEnd : std::uint8_t {
  none,    ///< there is no body: 1xx, 204 and 304
  length,  ///< after content_length bytes
  chunks,  ///< with the last chunk (chunked.h)
  close,   ///< with the connection: whether it was all, no one can tell
};

struct ResponseHead {
  int status = 0;           ///< 100 to 599
  std::string_view fields;  ///< the field lines, for FieldLines (fields.h)
  std::size_t head_size = 0;
  BodyEnd body = BodyEnd::close;
  std::uint64_t content_length = 0;
  bool keep_alive = false;  ///< may the connection carry another request, once the body was read?
};

struct ParsedResponse {
  enum class Kind : std::uint8_t { need_more, response, error };

  Kind kind = Kind::need_more;
  const char* why = "";  ///< of an error: what is wrong, in a few words
  ResponseHead head;
};

/// Reads one head, the answer to a GET, from the front of `buffer`. `need_more` asks to be called
/// again with the same bytes and some that follow; a head of more than `most` bytes is an error.
/// The answer depends only on the bytes, never on the pieces in which they came.
[[nodiscard]] ParsedResponse parse_response(std::string_view buffer, std::size_t most = 16 * 1024);

}  // namespace book::http
