// visit_web(stream, ...): one connection at the web door, over any stream. web_door.h has the
// picture.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "10_spawning/timeout.h"
#include "17_io/http/request_head.h"
#include "18_chat_server/member.h"
#include "18_chat_server/web_wire.h"
#include "18_chat_server/websocket/open.h"

namespace book::chat {

/// What the door makes of a request.
struct Answer {
  bool opens = false;  ///< a WebSocket; the text is empty then
  std::string text = {};
};
/// `head` as read_request_head gives it. `page` is what GET / gives.
[[nodiscard]] Answer answer_to(std::string_view head, std::string_view page);
/// The whole answer to an upgrade for which there is no place.
[[nodiscard]] std::string no_place();

// NOLINTBEGIN(bugprone-use-after-move): it takes each co_await for a use of all parameters
namespace detail {

/// The last words of a connection; then it is read to its end, or a reset would take them away.
template <class R>
Async<> say_and_end(BufReader<R>& reader, std::string text) {
  co_await write_all(reader.inner(), text);
  co_await book::close(reader.inner());
  for (;;) {
    const std::string_view unwanted = co_await fill(reader);
    if (unwanted.empty()) break;
    reader.consume(unwanted.size());
  }
}

template <class R>
Async<> turn_away(BufReader<R>& reader, std::string text, Duration limit) {
  try {
    auto saying = timeout(limit, say_and_end(reader, std::move(text)));
    co_await saying;
  } catch (const std::runtime_error&) {
    // It did not wait for the answer.
  }
}

}  // namespace detail

/// Owns the stream and the step; the chat and the page outlive it. Throws nothing that a connection
/// does wrong.
template <class S>
Async<> visit_web(S stream, Chat& chat, std::string_view page, Permit step) {
  constexpr std::size_t kBuffer = 1024;  // it stays: most messages are short, most members silent
  BufReader<Pulse<S>> reader(Pulse<S>(std::move(stream)), kBuffer);
  std::optional<std::string> head;
  try {
    auto reading = timeout(chat.limits.naming, ws::read_request_head(reader));
    head = co_await reading;
  } catch (const std::runtime_error&) {
    co_return;  // gone again
  }
  if (!head || head->empty()) co_return;  // browsers open a connection in advance, and leave it
  Answer answer = answer_to(*head, page);
  std::optional<Permit> place = answer.opens ? chat.places.try_acquire() : std::optional<Permit>();
  if (!place) {
    if (answer.opens) answer.text = no_place();
    co_await detail::turn_away(reader, std::move(answer.text), chat.limits.closing);
    co_return;
  }
  { const Permit left = std::move(step); }
  std::optional<WebWire<S>> wire;
  try {
    const ws::Options options{.most_message = chat.limits.message};
    auto opening = ws::upgrade(std::move(reader), *std::move(head), options);
    auto in_time = timeout(chat.limits.naming, std::move(opening));
    auto socket = co_await in_time;
    if (socket) wire.emplace(*std::move(socket));
  } catch (const std::runtime_error&) {
    // Gone between its request and our answer.
  }
  if (!wire) co_return;
  co_await serve_member(*std::move(wire), chat, *std::move(place));
}
// NOLINTEND(bugprone-use-after-move)

}  // namespace book::chat
