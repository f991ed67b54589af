#include "19_web_crawler/http_client.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "09_streams/stream_step.h"
#include "10_spawning/timeout.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "17_io/http/fields.h"
#include "17_io/http/response_head.h"
#include "19_web_crawler/fetch_error.h"

namespace book::crawl {

using Kind = FetchError::Kind;

struct HttpClient::Connection {
  explicit Connection(std::unique_ptr<Wire> w) : wire(std::move(w)), reader(*wire) {}

  std::unique_ptr<Wire> wire;
  Body::Reader reader;
  bool answered = false;  ///< a byte of the answer has come
  bool reusable = false;
};

HttpClient::HttpClient(Dial dial, ClientOptions options)
    : dial_(std::move(dial)), options_(std::move(options)) {}

HttpClient::~HttpClient() = default;

namespace {

[[noreturn]] void refuse_head(std::string_view why) {
  throw FetchError(Kind::not_http, fmt::format("the server's answer is none: {}", why));
}

/// A whole head, line by line, into `head`. `answered`: a byte has come.
Async<> read_head(Body::Reader& reader, std::string& head, std::size_t most, bool& answered) {
  head.clear();
  for (;;) {
    auto line_end = read_until(reader, '\n', most);
    const std::string line = co_await line_end;
    answered = answered || !line.empty();
    if (!line.ends_with('\n'))
      throw FetchError(Kind::broken_off, "the connection ended before the answer did");
    const bool first = head.empty(), last = line == "\r\n";
    head += line;
    if (head.size() > most) refuse_head("a head that is too long");
    if (last) co_return;
    if (!first) continue;  // what cannot be an answer is told by its first line
    if (const auto parsed = http::parse_response(head, most);
        parsed.kind == http::ParsedResponse::Kind::error)
      refuse_head(parsed.why);
  }
}

std::string field(std::string_view fields, std::string_view name) {
  return std::string(http::FieldLines(fields, name).next().value_or(""));
}

}  // namespace

Async<Answer> HttpClient::ask(Connection& connection, const Url& url, Limit limit) {
  connection.answered = connection.reusable = false;
  const std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: text/html, */*;q=0.5\r\n\r\n",
      url.target(), url.authority(), options_.agent);
  try {
    auto writing = write_all(*connection.wire, request);
    co_await writing;
    std::string bytes;
    http::ResponseHead head;
    for (int interim = 0; head.status < 200; ++interim) {  // 100 Continue and its kind
      if (interim == 8) refuse_head("one 1xx answer after another");
      auto reading = read_head(connection.reader, bytes, options_.head, connection.answered);
      co_await std::move(reading);
      const auto parsed = http::parse_response(bytes, options_.head);
      if (parsed.kind != http::ParsedResponse::Kind::response) refuse_head(parsed.why);
      head = parsed.head;
    }
    Answer answer{head.status,
                  field(head.fields, "content-type"),
                  field(head.fields, "location"),
                  field(head.fields, "retry-after"),
                  field(head.fields, "date"),
                  ""};
    if (const std::string coding = field(head.fields, "content-encoding");
        !coding.empty() && coding != "identity")
      refuse_head("a content coding that was not asked for");
    Body body(connection.reader, head, limit.bytes, limit.longer);
    for (;;) {
      std::optional<std::string> piece = co_await next(body);
      if (!piece) break;
      answer.body += *piece;
    }
    // What lies behind the answer was not asked for: the next one would be read out of it.
    connection.reusable = head.keep_alive && !body.is_cut() && connection.reader.buffered().empty();
    co_return answer;
  } catch (const std::system_error& error) {
    throw FetchError(Kind::broken_off, "the connection failed: " + error.code().message());
  } catch (const LineTooLong&) {
    refuse_head("a head that is too long");
  }
}

Async<Answer> HttpClient::exchange(Url url, Limit limit) {
  const std::string host = url.authority();
  std::unique_ptr<Connection> connection = take_idle(host);
  if (connection) {
    try {
      Answer answer = co_await ask(*connection, url, limit);
      keep(host, std::move(connection));
      co_return answer;
    } catch (const FetchError& error) {
      // It was closed while it was idle: that is no fault of the page.
      if (connection->answered || error.kind() != Kind::broken_off) throw;
    }
    connection.reset();
  }
  auto dialing = dial_(url);
  std::unique_ptr<Wire> wire = co_await std::move(dialing);
  ++made_;
  connection = std::make_unique<Connection>(std::move(wire));
  Answer answer = co_await ask(*connection, url, limit);
  keep(host, std::move(connection));
  co_return answer;
}

Async<Answer> HttpClient::get(Url url, Limit limit) {
  auto in_time = timeout(options_.page, exchange(std::move(url), limit));
  std::optional<Answer> answer = co_await in_time;
  if (!answer) {
    using Seconds = std::chrono::duration<double>;
    throw FetchError(Kind::late,
                     fmt::format("not there within {} s", Seconds(options_.page).count()));
  }
  co_return *std::move(answer);
}

std::unique_ptr<HttpClient::Connection> HttpClient::take_idle(const std::string& host) {
  auto node = idle_.extract(host);
  return node ? std::move(node.mapped()) : nullptr;
}

void HttpClient::keep(const std::string& host, std::unique_ptr<Connection> connection) {
  if (connection->reusable && idle_.size() < kMostIdle) idle_.emplace(host, std::move(connection));
}

}  // namespace book::crawl
