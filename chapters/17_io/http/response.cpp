#include "17_io/http/response.h"

#include <fmt/format.h>

#include <ctime>

#include "17_io/http/date.h"

namespace book::http {

using namespace std::string_view_literals;

std::string_view status_line(int status) {
  switch (status) {
    case 101:
      return "HTTP/1.1 101 Switching Protocols\r\n"sv;
    case 200:
      return "HTTP/1.1 200 OK\r\n"sv;
    case 204:
      return "HTTP/1.1 204 No Content\r\n"sv;
    case 206:
      return "HTTP/1.1 206 Partial Content\r\n"sv;
    case 301:
      return "HTTP/1.1 301 Moved Permanently\r\n"sv;
    case 304:
      return "HTTP/1.1 304 Not Modified\r\n"sv;
    case 400:
      return "HTTP/1.1 400 Bad Request\r\n"sv;
    case 403:
      return "HTTP/1.1 403 Forbidden\r\n"sv;
    case 404:
      return "HTTP/1.1 404 Not Found\r\n"sv;
    case 405:
      return "HTTP/1.1 405 Method Not Allowed\r\n"sv;
    case 408:
      return "HTTP/1.1 408 Request Timeout\r\n"sv;
    case 412:
      return "HTTP/1.1 412 Precondition Failed\r\n"sv;
    case 413:
      return "HTTP/1.1 413 Content Too Large\r\n"sv;
    case 414:
      return "HTTP/1.1 414 URI Too Long\r\n"sv;
    case 416:
      return "HTTP/1.1 416 Range Not Satisfiable\r\n"sv;
    case 417:
      return "HTTP/1.1 417 Expectation Failed\r\n"sv;
    case 426:
      return "HTTP/1.1 426 Upgrade Required\r\n"sv;
    case 431:
      return "HTTP/1.1 431 Request Header Fields Too Large\r\n"sv;
    case 501:
      return "HTTP/1.1 501 Not Implemented\r\n"sv;
    case 503:
      return "HTTP/1.1 503 Service Unavailable\r\n"sv;
    case 505:
      return "HTTP/1.1 505 HTTP Version Not Supported\r\n"sv;
    default:
      return "HTTP/1.1 500 Internal Server Error\r\n"sv;
  }
}

std::string_view status_text(int status) {
  return status_line(status).substr("HTTP/1.1 "sv.size());
}

std::string entity_fields(std::string_view content_type, std::uint64_t length) {
  return fmt::format("Content-Type: {}\r\nContent-Length: {}\r\n", content_type, length);
}

std::string_view DateLine::at(Instant now) {
  if (now >= valid_until_) {
    size_ = format_(text_, std::time(nullptr));
    valid_until_ = now + std::chrono::seconds(1);
  }
  return {text_.data(), size_};
}

std::size_t DateLine::http_field(std::span<char> out, std::time_t second) {
  const std::string line = fmt::format("Date: {}\r\n", http_date(second));
  return line.copy(out.data(), out.size());
}

Connection connection_after(const Request& request) {
  if (!request.keep_alive) return Connection::close;
  return request.http_1_0 ? Connection::keep_said : Connection::keep;
}

void append_head(OutputBuffer& out, int status, std::string_view date_line, std::string_view entity,
                 Connection connection) {
  out.append(status_line(status));
  out.append(date_line);
  out.append(entity);
  if (connection == Connection::close) out.append("Connection: close\r\n"sv);
  if (connection == Connection::keep_said) out.append("Connection: keep-alive\r\n"sv);
  out.append("\r\n"sv);
}

std::size_t append_status(OutputBuffer& out, int status, std::string_view date_line,
                          Connection connection, bool to_head, std::string_view more) {
  const std::string_view text = status_text(status);
  const bool silent = status == 204;  // by definition: neither a body nor its length
  std::string fields;
  if (!silent) fields = entity_fields("text/plain; charset=utf-8", text.size());
  if (status == 204 || status == 405) fields += "Allow: GET, HEAD, OPTIONS\r\n"sv;
  fields += more;
  append_head(out, status, date_line, fields, connection);
  if (silent || to_head) return 0;
  out.append(text);
  return text.size();
}

}  // namespace book::http
