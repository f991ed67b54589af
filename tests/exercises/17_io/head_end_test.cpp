// Tests of the piece head_end: where a request's head ends, however it comes in pieces.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "17_io/http/request_head.h"

namespace book::http {
namespace {

using Kind = Parsed::Kind;
constexpr std::string_view kHead = "GET / HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";

TEST(HeadEnd, IsBehindTheEmptyLine) {
  const std::string two = std::string(kHead) + "GET /next HTTP/1.1\r\n";
  const Parsed parsed = parse(two);
  ASSERT_EQ(parsed.kind, Kind::request)
      << "HeadReader: the head is there, up to its empty line, and it was not taken for a request "
      << "(0: it asks for more; 2: an error, " << parsed.status << ").";
  EXPECT_EQ(parsed.request.head_size, kHead.size())
      << "HeadReader: the next request begins right behind the empty line.";
  EXPECT_EQ(parsed.request.fields, "Host: x\r\nAccept: */*\r\n")
      << "HeadReader: the fields are all lines between the first one and the empty one.";
}

TEST(HeadEnd, EachPieceAsksForMore) {
  for (std::size_t size = 0; size < kHead.size(); ++size) {
    EXPECT_EQ(parse(kHead.substr(0, size)).kind, Kind::need_more)
        << "HeadReader: the first " << size
        << " bytes of a head are no mistake, and no request yet.";
  }
}

TEST(HeadEnd, MayHaveNoFields) {
  // HTTP/1.0 needs no Host.
  const Parsed parsed = parse("GET / HTTP/1.0\r\n\r\n");
  ASSERT_EQ(parsed.kind, Kind::request) << parsed.status;
  EXPECT_EQ(parsed.request.fields, "");
}

TEST(HeadEnd, OnlyCrLfEndsALine) {
  for (const std::string_view wrong :
       {"GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\rAccept: y\r\n\r\n",
        "GET / HTTP/1.0\n\n", "GET / HTTP/1.1\r\nHost: x\r\n\rX"}) {
    const Parsed parsed = parse(wrong);
    EXPECT_EQ(parsed.kind, Kind::error) << "HeadReader: a bare LF or a bare CR ends no line. A "
                                           "reader that takes it for one, in front "
                                        << "of one that does not, sees another request.";
    EXPECT_EQ(parsed.status, 400);
  }
}

TEST(HeadEnd, AMistakeIsSeenAtItsFirstByte) {
  for (const std::string_view begun : {"GET / HTTP/1.0\n", "GET / HTTP/1.1\r\nHost: x\n"}) {
    EXPECT_EQ(parse(begun).kind, Kind::error)
        << "HeadReader: the byte that is there is wrong already. Waiting for the next one keeps a "
        << "connection open for nothing.";
  }
}

TEST(HeadEnd, AMistakeInAFieldEndsTheReading) {
  const Parsed parsed = parse("GET / HTTP/1.1\r\nHost : x\r\n\r\n");
  EXPECT_EQ(parsed.kind, Kind::error)
      << "HeadReader: read_field() said bad, and that went unheard.";
}

}  // namespace
}  // namespace book::http
