// The two ways to get a WebSocket: a server accepts one, a client connects. Both take any stream of
// bytes; what is named is borrowed, a temporary owned.
//
//     auto socket = co_await ws::accept(std::move(stream));                        // a server
//     auto socket = co_await ws::connect(std::move(stream), "localhost", "/chat");  // a client
//
// A server that answers other requests at the same door reads the head itself: read_request_head,
// http::parse, and for an upgrade ws::upgrade, with the reader and the head. How long a handshake
// may take its caller says: timeout(10s, ws::accept(...)). Chapter 18 explains it.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "05_async_await/async.h"
#include "17_io/bytes/io.h"
#include "17_io/bytes/lines.h"
#include "17_io/http/request_head.h"
#include "18_chat_server/websocket/handshake.h"
#include "18_chat_server/websocket/websocket.h"

namespace book::ws {

namespace detail {

/// How long the head is, or 0 if there is more of it to come. One that makes no sense is over, too.
std::size_t size_of_request(std::string_view head);
std::size_t size_of_answer(std::string_view head);

struct HeadOp {
  static constexpr std::size_t kMost = 8192;

  std::size_t (*size_of)(std::string_view head);
  std::string head = {};

  template <class B>
  Poll<std::string> operator()(B& reader, Context& cx) {
    for (std::size_t size = 0; size == 0;) {
      const Poll<std::string_view> came = reader.poll_fill(cx);
      if (came.is_pending()) return pending;
      const std::size_t had = head.size();
      head.append(came.value().substr(0, kMost - had));
      size = size_of(head);
      // The end of the stream, or of our patience: it is to be judged as it is.
      if (size == 0 && (came.value().empty() || head.size() == kMost)) size = head.size();
      head.resize(size == 0 ? head.size() : size);
      reader.consume(head.size() - had);
      if (came.value().empty()) break;
    }
    return std::move(head);
  }
};

}  // namespace detail

/// A future of the head of a request, with its empty line, for http::parse: whole, or with a fault
/// in it, or as much as came before the stream's end (the empty string, if nothing did). What comes
/// behind it stays in the reader. Dropping it half-way loses what it has read so far.
template <class R>
BufferedRead<R, detail::HeadOp> read_request_head(BufReader<R>& reader) {
  return {reader, Direction::read, {&detail::size_of_request}};
}

/// Answers a request whose head was read, and has the WebSocket if it may open. Throws Refused if
/// not: then the refusal has been written, and the connection is to be closed.
template <class S>
Async<WebSocket<S>> upgrade(BufReader<S> reader, std::string head, Options options = {}) {
  const http::Parsed parsed = http::parse(head);
  if (parsed.kind == http::Parsed::Kind::need_more) throw UnexpectedEnd();
  Verdict verdict{parsed.status, "this is no request of HTTP/1.1"};
  if (parsed.kind == http::Parsed::Kind::request) verdict = judge(parsed.request);
  const bool to_head = parsed.request.method == "HEAD";
  const std::string answer =
      verdict.may_open() ? opening_answer(verdict.key) : refusing_answer(verdict, to_head);
  co_await write_all(reader.inner(), answer);
  co_await flush(reader.inner());
  if (!verdict.may_open()) throw Refused(verdict.status, verdict.why);
  co_return WebSocket<S>(std::move(reader), Role::server, options);
}

namespace detail {

template <class S>
Async<WebSocket<S>> accept(BufReader<S> reader, Options options) {
  std::string head = co_await read_request_head(reader);
  auto opened = upgrade(std::move(reader), std::move(head), options);
  co_return co_await std::move(opened);
}

template <class S>
Async<WebSocket<S>> connect(BufReader<S> reader, std::string request, std::string key,
                            Options options) {
  co_await write_all(reader.inner(), request);
  co_await flush(reader.inner());
  BufferedRead<S, HeadOp> reading(reader, Direction::read, HeadOp{&size_of_answer});
  const std::string head = co_await reading;
  if (head.empty()) throw UnexpectedEnd();
  check_answer(head, key);
  co_return WebSocket<S>(std::move(reader), Role::client, options);
}

}  // namespace detail

/// A future of the WebSocket, for a stream of which nothing was read yet. Throws as upgrade does.
template <class S>
Async<WebSocket<S>> accept(S&& stream, const Options& options = {}) {
  return detail::accept(BufReader<S>(std::forward<S>(stream)), options);
}

/// A future of the WebSocket, for a stream that is connected to `host`. Throws Refused when the
/// server will not; std::invalid_argument, at once, for a host or a target that make no request.
template <class S>
Async<WebSocket<S>> connect(S&& stream, std::string_view host, std::string_view target,
                            const Options& options = {}, std::string_view origin = {}) {
  std::string key = random_handshake_key();
  std::string request = opening_request(host, target, key, origin);
  return detail::connect(BufReader<S>(std::forward<S>(stream)), std::move(request), std::move(key),
                         options);
}

}  // namespace book::ws
