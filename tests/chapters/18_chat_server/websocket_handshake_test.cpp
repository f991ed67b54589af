// The handshake: every field of its request and its answer, and every cut.
#include "18_chat_server/websocket/handshake.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "04_io_executor/block_on.h"
#include "10_spawning/spawn.h"
#include "17_io/ends/duplex.h"
#include "17_io/http/request_head.h"
#include "18_chat_server/websocket/open.h"
#include "chapters/17_io/pieces.h"
#include "chapters/18_chat_server/pair.h"
#include "support/async_test.h"

namespace book {
namespace websocket_handshake_test {

using namespace std::string_literals;

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";

TEST(Handshake, AnswersTheKeyOfTheRfcAsItSays) {
  EXPECT_EQ(ws::accept_of(kKey), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(ws::opening_answer(kKey),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

/// A request that opens, with one text in it replaced.
std::string request(std::string_view what = "", std::string_view with = "") {
  std::string text =
      "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Version: 13\r\n\r\n";
  if (!what.empty()) text.replace(text.find(what), what.size(), with);
  return text;
}

int verdict_of(const std::string& text) {
  const http::Parsed parsed = http::parse(text);
  if (parsed.kind != http::Parsed::Kind::request) return -parsed.status;
  return ws::judge(parsed.request).status;
}

TEST(Handshake, LooksAtEveryFieldOfTheRequest) {
  const struct {
    const char* what;
    const char* with;
    int status;
  } rows[] = {
      {"", "", 101},
      {"GET", "POST", 405},
      {"GET", "HEAD", 405},
      {"HTTP/1.1", "HTTP/1.0", 400},
      {"Upgrade: websocket", "Upgrade: WebSocket", 101},
      {"Upgrade: websocket", "UPGRADE:h2c, websocket", 101},
      {"Upgrade: websocket", "Upgrade: h2c\r\nUpgrade: websocket", 101},
      {"Upgrade: websocket", "Upgrade: websockets", 426},
      {"Upgrade: websocket", "X: y", 426},
      {"Connection: Upgrade", "Connection: keep-alive, Upgrade", 101},  // Firefox
      {"Connection: Upgrade", "connection: keep-alive\r\nconnection: upgrade", 101},
      {"Connection: Upgrade", "Connection: Upgrade, ", 101},
      {"Connection: Upgrade", "Connection: keep-alive", 400},
      {"Connection: Upgrade", "Connection: not-Upgrade", 400},
      {"Connection: Upgrade", "X: y", 400},
      {"Sec-WebSocket-Key", "sec-websocket-key", 101},
      {"Sec-WebSocket-Key", "X-Key", 400},
      {"Sec-WebSocket-Key: ", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Key: ",
       400},
      {"dGhlIHNhbXBsZSBub25jZQ==", "", 400},
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", 400},      // 15 bytes
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZWQ=", 400},  // 17
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", 400},
      {"dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==", 400},
      {"Version: 13", "Version: 8", 426},
      {"Version: 13", "Version: 013", 426},
      {"Version: 13", "Version: 13, 8", 426},
      {"Sec-WebSocket-Version", "X-Version", 426},
      {"Version: 13", "Version: 13\r\nSec-WebSocket-Version: 13", 400},
      {"Host: server.example.com\r\n", "", -400},
      {"\r\n\r\n", "\r\nContent-Length: 2\r\n\r\n", 400},
      {"\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"\r\n\r\n",
       "\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
       101},
      {"\r\n\r\n", "\r\nOrigin: http://server.example.com\r\n\r\n", 101},
      {"\r\n\r\n", "\r\nOrigin: http://SERVER.example.com:80\r\n\r\n", 101},
      {"\r\n\r\n", "\r\nOrigin: https://server.example.com\r\n\r\n", 101},
      {"\r\n\r\n", "\r\nOrigin: http://server.example.com:8080\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: https://server.example.com:80\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: http://evil.example.com\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: http://server.example.com.evil.com\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: http://evil.com/http://server.example.com\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: null\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin:\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: server.example.com\r\n\r\n", 403},
      {"\r\n\r\n", "\r\nOrigin: http://server.example.com\r\nOrigin: http://evil.com\r\n\r\n", 400},
  };
  for (const auto& [what, with, status] : rows)
    EXPECT_EQ(verdict_of(request(what, with)), status) << what << " -> " << with;
  const std::string local =
      request("Host: server.example.com", "Host: localhost:7878\r\nOrigin: http://localhost:7878");
  EXPECT_EQ(verdict_of(local), 101);
}

TEST(Handshake, ARefusalSaysWhyAndWhatItWouldTake) {
  EXPECT_EQ(ws::refusing_answer({426, "this door speaks WebSocket"}),
            "HTTP/1.1 426 Upgrade Required\r\nContent-Type: text/plain; charset=utf-8\r\n"
            "Content-Length: 27\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Connection: Upgrade, close\r\n\r\nthis door speaks WebSocket\n");
  EXPECT_NE(ws::refusing_answer({405, ""}).find("\r\nAllow: GET\r\n"), std::string::npos);
  EXPECT_EQ(ws::refusing_answer({403, "no"}, true) + "no\n", ws::refusing_answer({403, "no"}))
      << "to a HEAD, the same without the body";
  EXPECT_NE(ws::refusing_answer({403, ""}).find("\r\nConnection: close\r\n"), std::string::npos);
}

/// What accept makes of `text` in pieces of `piece` bytes; the answer goes to `answer`.
std::string accepted(const std::string& text, std::size_t piece, std::string& answer) {
  struct Line : test::Source, test::Sink {
  } line;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    line.pieces.emplace_back();
    line.pieces.push_back(text.substr(at, piece));
  }
  std::string result;
  try {
    auto socket = test::drive(ws::accept(line));
    result = test::drive(next(socket))->data;
  } catch (const ws::Refused& refused) {
    result = std::to_string(refused.status());
  } catch (const UnexpectedEnd&) {
    result = "end";
  }
  answer = line.written;
  return result;
}

TEST(Accept, IsTheSameHoweverTheRequestIsCut) {
  const std::string good = request() + test::masked(ws::Opcode::text, "at once");
  std::string answer;
  for (std::size_t piece = 1; piece <= good.size(); ++piece) {
    EXPECT_EQ(accepted(good, piece, answer), "at once") << piece;
    EXPECT_EQ(answer, ws::opening_answer(kKey)) << piece;
  }
  for (const std::size_t piece : {1u, 100u, 8191u, 8192u, 20000u}) {
    EXPECT_EQ(accepted("GARBAGE\r\n\r\n", piece, answer), "400");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ")) << answer;
    EXPECT_EQ(accepted(request("GET", "POST"), piece, answer), "405");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 ")) << answer;
    if (piece == 1) continue;
    EXPECT_EQ(accepted(request("/chat", "/" + std::string(9000, 'x')), piece, answer), "414");
    EXPECT_EQ(accepted(request("\r\n\r\n", "\r\nX: " + std::string(9000, 'x')), piece, answer),
              "431");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
  }
}

TEST(Accept, OfARequestThatBreaksOffThrowsAndAnswersNothing) {
  const std::string good = request();
  std::string answer;
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_EQ(accepted(good.substr(0, size), 7, answer), "end") << size;
    EXPECT_EQ(answer, "");
  }
}

TEST(Connect, ChecksEveryFieldOfTheAnswer) {
  const std::string good = ws::opening_answer(kKey);
  const struct {
    const char* what;
    const char* with;
    int status;  ///< 101: good; -1: refused, although it says 101
  } rows[] = {
      {"", "", 101},
      {"Switching Protocols", "Fine", 101},
      {" Switching Protocols", "", 101},
      {"Upgrade: websocket", "upgrade: WebSocket", 101},
      {"Connection: Upgrade", "connection: keep-alive, upgrade", 101},
      {"Sec-WebSocket-Accept", "sec-websocket-accept", 101},
      {"\r\n\r\n", "\r\nServer: x\r\n\r\n", 101},
      {"HTTP/1.1", "HTTP/1.0", 0},
      {"HTTP/1.1 101", "HTTP/1.1 1o1", 0},
      {"101 S", "1010 S", 0},
      {"101", "200", 200},
      {"101", "403", 403},
      {"Upgrade: websocket", "Upgrade: h2c", -1},
      {"Upgrade: websocket\r\n", "", -1},
      {"Connection: Upgrade", "Connection: close", -1},
      {"s3pP", "S3pP", -1},  // base64 tells the cases apart
      {"xOo=", "xOo", -1},
      {"Sec-WebSocket-Accept", "X-Accept", -1},
      {"\r\n\r\n", "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", -1},
      {"\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", -1},
      {"\r\n\r\n", "\r\nSec-WebSocket-Protocol: chat\r\n\r\n", -1},
      {"\r\n\r\n", "\r\nno field\r\n\r\n", -1},
      {"\r\n\r\n", "\r\nX : y\r\n\r\n", -1},
      {"\r\n\r\n", "\r\nX: a\nb\r\n\r\n", -1},
  };
  for (const auto& [what, with, status] : rows) {
    std::string answer = good;
    if (*what) answer.replace(answer.find(what), std::string_view(what).size(), with);
    int got = 101;
    try {
      ws::check_answer(answer, kKey);
    } catch (const ws::Refused& refused) {
      got = refused.status() == 101 ? -1 : refused.status();
    }
    EXPECT_EQ(got, status) << what << " -> " << with;
  }
  EXPECT_THROW(ws::check_answer("", kKey), ws::Refused);
  EXPECT_THROW(ws::check_answer("HTTP/1.1 \r\n\r\n", kKey), ws::Refused);
}

TEST(Connect, RefusesAHostAndATargetThatWouldSmuggle) {
  EXPECT_THROW((void)ws::opening_request("", "/", kKey), std::invalid_argument);
  EXPECT_THROW((void)ws::opening_request("a b", "/", kKey), std::invalid_argument);
  EXPECT_THROW((void)ws::opening_request("a\r\nX: y", "/", kKey), std::invalid_argument);
  EXPECT_THROW((void)ws::opening_request("a", "chat", kKey), std::invalid_argument);
  EXPECT_THROW((void)ws::opening_request("a", "/ HTTP/1.1\r\n", kKey), std::invalid_argument);
  EXPECT_THROW((void)ws::opening_request("a", "/", kKey, "x\r\ny"), std::invalid_argument);
  const std::string asked = ws::opening_request("server.example.com", "/chat", kKey);
  EXPECT_EQ(asked, request());
  EXPECT_EQ(verdict_of(ws::opening_request("[::1]:80", "/chat?room=1", kKey, "http://[::1]")), 101);
}

ASYNC_TEST(Connect, ReadsNotABytePastTheAnswer) {
  for (std::size_t capacity = 1; capacity < 300; capacity += 13) {
    auto ends = duplex(capacity);
    auto& stream = ends.first;
    auto opening = spawn(ws::connect(stream, "localhost", "/chat"));
    BufReader reader(ends.second);
    const std::string head = co_await ws::read_request_head(reader);
    const http::Parsed parsed = http::parse(head);
    const std::string key(ws::judge(parsed.request).key);
    std::string answer = ws::opening_answer(key) + test::unmasked(ws::Opcode::text, "first");
    auto answering = spawn(write_all(ends.second, std::move(answer)));
    auto socket = co_await opening;
    auto message = co_await next(socket);
    EXPECT_EQ(message->data, "first");
  }
}

}  // namespace websocket_handshake_test
}  // namespace book
