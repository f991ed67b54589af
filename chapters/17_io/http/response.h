// The head of an answer, appended to a buffer piece by piece:
//
//     HTTP/1.1 200 OK\r\n                                status_line(200)
//     Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n            DateLine, rendered once a second
//     Content-Type: text/html\r\n                        entity_fields, rendered once a file
//     Content-Length: 271\r\n
//     Connection: close\r\n                              only where it is not the default
//     \r\n
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>
#include <string>
#include <string_view>

#include "17_io/http/buffers.h"
#include "17_io/http/request.h"
#include "common/clock.h"

namespace book::http {

/// "HTTP/1.1 404 Not Found\r\n". A status this server does not use is written as 500.
[[nodiscard]] std::string_view status_line(int status);

/// "404 Not Found\r\n": the same without the version, for people.
[[nodiscard]] std::string_view status_text(int status);

/// "Content-Type: ...\r\nContent-Length: ...\r\n".
[[nodiscard]] std::string entity_fields(std::string_view content_type, std::uint64_t length);

/// The Date field. Formatting one costs as much as the rest of an answer, so it is kept for a
/// second. (Or another text about the time that stays the same for as long: the access log's.)
class DateLine {
 public:
  /// Writes the text of a second, and gives its size.
  using Format = std::size_t (*)(std::span<char> out, std::time_t second);
  static std::size_t http_field(std::span<char> out, std::time_t second);

  explicit DateLine(Format format = &http_field) noexcept : format_(format) {}
  [[nodiscard]] std::string_view at(Instant now);

 private:
  Format format_;
  Instant valid_until_ = Instant::min();
  std::array<char, 40> text_{};
  std::size_t size_ = 0;
};

/// How the answer leaves the connection, seen from the request.
enum class Connection {
  keep,       ///< HTTP/1.1: silence means that it stays open
  keep_said,  ///< HTTP/1.0: it has to be said
  close,
};
[[nodiscard]] Connection connection_after(const Request& request);

/// Appends everything up to the empty line, the empty line included.
void append_head(OutputBuffer& out, int status, std::string_view date_line, std::string_view entity,
                 Connection connection);

/// Appends a whole answer that says nothing but its status, in a line of text; to HEAD and with
/// 204, without that line. `more` are fields of its own, such as Location. Gives the bytes of its
/// body.
std::size_t append_status(OutputBuffer& out, int status, std::string_view date_line,
                          Connection connection, bool to_head = false, std::string_view more = {});

}  // namespace book::http
