#include "17_io/story/messages.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "17_io/http/chunked.h"
#include "17_io/http/request_head.h"

namespace book::story {
namespace {

using http::ChunkedDecoder;
using http::Parsed;

/// With its line ends made visible.
std::string quoted(std::string_view bytes) {
  std::string shown = "\"";
  for (const char c : bytes) {
    if (c == '\r')
      shown += "\\r";
    else if (c == '\n')
      shown += "\\n";
    else
      shown += c;
  }
  return shown + '"';
}

std::string answer_to(std::string_view buffer) {
  const Parsed parsed = http::parse(buffer);
  const http::Request& request = parsed.request;
  if (parsed.kind == Parsed::Kind::need_more) return "need more";
  if (parsed.kind == Parsed::Kind::error) return fmt::format("refused with {}", parsed.status);
  return fmt::format("{} {}, a head of {} bytes; of the next request, {} bytes", request.method,
                     request.path, request.head_size, buffer.size() - request.head_size);
}

std::string end_of(const Parsed& parsed) {
  if (parsed.kind != Parsed::Kind::request) return fmt::format("refused with {}", parsed.status);
  if (parsed.request.chunked) return "where its chunks end";
  if (parsed.request.content_length == 0) return "where its head ends";
  return fmt::format("{} bytes behind its head", parsed.request.content_length);
}

struct Body {
  std::string data;
  std::size_t used = 0;  ///< bytes of the coding
  ChunkedDecoder::State state{};
};

/// Feeds a decoder with at most `piece` bytes at a time, until the body has ended or was refused.
Body decode(std::string_view bytes, std::size_t piece, std::uint64_t most) {
  ChunkedDecoder decoder(most);
  Body body;
  while (body.used < bytes.size() && decoder.state() == ChunkedDecoder::State::reading) {
    const ChunkedDecoder::Piece got = decoder.read(bytes.substr(body.used, piece));
    body.data += got.data;
    body.used += got.size;
  }
  body.state = decoder.state();
  return body;
}

std::string_view name_of(ChunkedDecoder::State state) {
  switch (state) {
    case ChunkedDecoder::State::reading:
      return "not over yet";
    case ChunkedDecoder::State::done:
      return "done";
    case ChunkedDecoder::State::malformed:
      return "malformed";
    case ChunkedDecoder::State::too_much:
      break;
  }
  return "too much";
}

void tell_body(std::string_view how, std::string_view bytes, std::size_t piece) {
  const Body body = decode(bytes, piece, 1024 * 1024);
  fmt::print("   {:<24}{} after {} bytes: {}", how, name_of(body.state), body.used,
             quoted(body.data));
  if (body.state == ChunkedDecoder::State::done)
    fmt::print(", and then {}", quoted(bytes.substr(body.used)));
  fmt::print("\n");
}

}  // namespace

void head_in_pieces() {
  fmt::print("\n14. A head in three pieces.\n");
  std::string buffer;
  for (const std::string_view piece : {"GET /cats HT", "TP/1.1\r\nHost: a\r\n", "\r\nGET /do"}) {
    buffer += piece;
    fmt::print("   {:<24} {}\n", quoted(piece), answer_to(buffer));
  }
}

void ends_of_requests() {
  fmt::print("\n15. Where does this request end?\n");
  for (const std::string_view fields :
       {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: +5\r\n",
        "Content-Length: 99999999999999999999\r\n", "Content-Length : 5\r\n",
        "X: a\r\n Content-Length: 5\r\n", "X: a\nContent-Length: 5\r\n",
        "Transfer-Encoding: gzip, chunked\r\n"}) {
    const std::string head = fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n", fields);
    fmt::print("   {:<54} {}\n", quoted(fields), end_of(http::parse(head)));
  }
}

void body_in_chunks() {
  fmt::print("\n16. A body in chunks.\n");
  const std::string_view hello = "5;ext=1\r\nhello\r\n0\r\nChecksum: 42\r\n\r\nGET /";
  tell_body("in one piece", hello, hello.size());
  tell_body("a byte at a time", hello, 1);
  tell_body("a line feed alone", "5\nhello\r\n0\r\n\r\nGET /", 100);
  tell_body("a length among trailers", "5\r\nhello\r\n0\r\nContent-Length: 9\r\n\r\nGET /", 100);

  std::string crumbs;
  for (int i = 0; i < 1'000'000; ++i) crumbs += "1\r\nx\r\n";
  const Body body = decode(crumbs, 4096, 1024 * 1024);
  fmt::print("   a million crumbs        {} after {} bytes, of which {} are data\n",
             name_of(body.state), body.used, body.data.size());
}

}  // namespace book::story
