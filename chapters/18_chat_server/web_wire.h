// WebWire<S>: a member at the web door: a text message is a line, in both directions.
//
//     they send                          they are told, with a Close
//     text               a line          1000 good-bye     1008 slow, silent, too many lines
//     binary             refused         1001 we close     1009 too large
//     an error of the    refused, by     1003 no binary    1013 the room is full
//     protocol           the socket
//
// Chapter 18 explains it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "05_async_await/async.h"
#include "09_streams/sink.h"
#include "18_chat_server/pulse.h"
#include "18_chat_server/websocket/websocket.h"
#include "18_chat_server/wire.h"

namespace book::chat {

/// What a Close says of this reason.
ws::CloseCode close_code(Why why) noexcept;
/// And what it means that the other side has ended the conversation like this.
Why why_of(const ws::Ending& ending) noexcept;

/// Owns the connection.
template <class S>
class WebWire {
 public:
  explicit WebWire(ws::WebSocket<Pulse<S>> socket) : socket_(std::move(socket)) {}

  Async<std::optional<std::string>> receive() {
    std::optional<ws::Message> message;
    try {
      message = co_await next(socket_);
    } catch (const ws::Failure&) {
      throw Refused(chat::why_of(socket_.ending()));
    }
    if (!message) co_return std::nullopt;
    if (!message->is_text()) throw Refused(Why::refused);
    co_return std::move(message->data);
  }

  /// There are few of them: the writer of a member takes a handful at a time.
  Async<> send(std::span<const Message> lines) {
    try {
      for (const Message& line : lines) socket_.start_send_text(line.text());
      co_await flush(socket_);
    } catch (const ws::Closed&) {  // the reader is about to say so, too
      throw Refused(chat::why_of(socket_.ending()));
    }
  }

  Async<> ping() {
    socket_.ping();
    const std::span<const Message> no_lines;
    co_await send(no_lines);
  }

  Async<> close(Why why) {
    co_await socket_.hang_up(close_code(why), std::string(last_words(why)));
  }

  Instant heard() const noexcept { return socket_.connection().heard(); }
  Instant moved() const noexcept { return socket_.connection().moved(); }

 private:
  ws::WebSocket<Pulse<S>> socket_;
};

}  // namespace book::chat
