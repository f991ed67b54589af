// The heads of answers, and where their bodies end. (Chapter 17)
#include "17_io/http/response_head.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "fuzz/check_response.h"

namespace book::http {
namespace response_head_test {

std::string said(std::string_view bytes) {
  const ParsedResponse parsed = parse_response(bytes);
  if (parsed.kind == ParsedResponse::Kind::need_more) return "more";
  if (parsed.kind == ParsedResponse::Kind::error) return parsed.why;
  constexpr const char* kEnds[] = {"none", "length", "chunks", "close"};
  const ResponseHead& head = parsed.head;
  return fmt::format("{} {} {}{}", head.status, kEnds[static_cast<int>(head.body)],
                     head.content_length, head.keep_alive ? " kept" : "");
}

TEST(ResponseHead, SaysWhereTheBodyEnds) {
  const std::pair<std::string, const char*> rows[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 length 5 kept"},
      {"HTTP/1.1 200 OK\r\ncontent-length:5\r\nConnection: close\r\n\r\n", "200 length 5"},
      {"HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n", "200 chunks 0 kept"},
      {"HTTP/1.1 404 Not Found\r\n\r\n", "404 close 0"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", "200 length 5"},
      {"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: x, Keep-Alive\r\n\r\n",
       "200 length 5 kept"},
      {"HTTP/1.1 204 \r\n\r\n", "204 none 0 kept"},
      {"HTTP/1.1 304 x\r\nContent-Length: 7\r\n\r\n", "304 none 7 kept"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "100 none 0 kept"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "200 length 5 kept"},
      // What two readers could take for two things.
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
       "two lengths that differ"},
      {"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "a Content-Length that is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
       "a Content-Length that is no number"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
       "two statements about where the body ends"},
      {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
       "two statements about where the body ends"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
       "a transfer coding other than chunked"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
       "a transfer coding other than chunked"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "a line in the head that is no field"},
      {"HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "a line in the head that is no field"},
      {"HTTP/1.1 200 OK\nA: b\n\n", "a line that does not end in CR LF"},
      {"HTTP/1.1 20x OK\r\n\r\n", "no HTTP answer"},
      {"HTTP/1.1 999 OK\r\n\r\n", "no HTTP answer"},
      {"HTTP/2 200\r\n\r\n", "no HTTP answer"},
      {"<html>", "no HTTP answer"},
      {"HTTP/1.1 200 OK\r\nA: b\r\n", "more"},
      {"", "more"},
      {"HTTP/1.1 200 OK\r\nA: " + std::string(17'000, 'x'), "a head that is too long"},
  };
  for (const auto& [bytes, meant] : rows) {
    EXPECT_EQ(said(bytes), meant) << bytes.substr(0, 100);
    EXPECT_EQ(fuzz::check_response(bytes), "") << bytes.substr(0, 100);
  }
}

}  // namespace response_head_test
}  // namespace book::http
