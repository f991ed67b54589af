#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "17_io/http/response.h"

namespace book::http {
namespace response_test {

using namespace std::chrono_literals;

TEST(HttpResponse, WritesAHeadFieldByField) {
  OutputBuffer out;
  out.append("before ");
  append_head(out, 200, "Date: now\r\n", entity_fields("text/html", 271), Connection::keep);
  EXPECT_EQ(out.bytes(),
            "before HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/html\r\nContent-Length: "
            "271\r\n\r\n");
}

TEST(HttpResponse, SaysWhatBecomesOfTheConnectionOnlyWhereItIsNotTheDefault) {
  auto head = [](bool http_1_0, bool keep_alive) {
    Request request;
    request.http_1_0 = http_1_0;
    request.keep_alive = keep_alive;
    OutputBuffer out;
    append_head(out, 404, "", "", connection_after(request));
    return std::string(out.bytes());
  };
  EXPECT_EQ(head(false, true), "HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(head(false, false), "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(head(true, true), "HTTP/1.1 404 Not Found\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(true, false), "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
}

TEST(HttpResponse, WritesAnErrorThatFramesItself) {
  OutputBuffer buffer;
  append_status(buffer, 431, "", Connection::close);
  const std::string_view out = buffer.bytes();
  const std::size_t body = out.find("\r\n\r\n") + 4;
  EXPECT_EQ(out.substr(body), "431 Request Header Fields Too Large\r\n");
  EXPECT_NE(out.find("Content-Length: " + std::to_string(out.size() - body) + "\r\n"),
            std::string::npos);
  EXPECT_NE(out.find("Connection: close\r\n"), std::string::npos);
}

TEST(HttpResponse, HasALineForEveryStatusInUse) {
  for (int status : {101, 200, 206, 301, 304, 400, 403, 404, 405, 408, 412, 413, 414, 416, 426, 431,
                     501, 503, 505}) {
    const std::string line(status_line(status));
    EXPECT_EQ(line.substr(0, 13), "HTTP/1.1 " + std::to_string(status) + " ");
    EXPECT_EQ(line.substr(line.size() - 2), "\r\n");
  }
  EXPECT_EQ(status_line(999).substr(9, 3), "500");
}

TEST(HttpResponse, WritesTheDateAsTheStandardWants) {
  const std::time_t before = std::time(nullptr);
  DateLine date;
  const std::string line(date.at(Instant(1h)));
  std::tm parsed{};
  const char* const rest = ::strptime(line.c_str(), "Date: %a, %d %b %Y %H:%M:%S GMT", &parsed);
  ASSERT_NE(rest, nullptr) << line;
  EXPECT_STREQ(rest, "\r\n");
  const std::time_t written = ::timegm(&parsed);
  EXPECT_GE(written, before);
  EXPECT_LE(written, std::time(nullptr));
}

TEST(HttpResponse, KeepsTheDateForASecond) {
  DateLine date;
  const char* const first = date.at(Instant(1h)).data();
  EXPECT_EQ(date.at(Instant(1h + 999ms)).data(), first);
  EXPECT_EQ(date.at(Instant(1h + 1s)).size(), 37u);
}

}  // namespace response_test
}  // namespace book::http
