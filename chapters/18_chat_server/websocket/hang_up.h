// How a WebSocket comes to its end: Close, their answer, the end of the connection. websocket.h
// says what that is for.
#pragma once

#include "18_chat_server/websocket/websocket.h"

namespace book::ws {

template <class S>
struct WebSocket<S>::HangUpOp {
  CloseCode code;
  std::string reason;
  bool said = false;
  Poll<Ending> operator()(WebSocket& socket, Context& cx) {
    if (!std::exchange(said, true)) socket.protocol_.say_close(code, reason);
    return socket.poll_hang_up(cx);
  }
};

template <class S>
Poll<Ending> WebSocket<S>::poll_hang_up(Context& cx) {
  try {
    // ends: a failure is the end, too
    while (!ended_) {
      try {
        if (poll_next(cx).is_pending()) return pending;
      } catch (const Failure&) {
        // It is in the ending.
      }
    }
    if (poll_last_bytes(cx).is_pending()) return pending;
  } catch (const std::system_error&) {
    // Reset, say: it has ended, too, and the ending says whether there was a Close before.
  }
  wake_->reader = Waker();
  return protocol_.ending();
}

/// The server ends the connection first; but one that is dropped with bytes unread is reset, and
/// that may take our Close away from the other side: so each reads to the end.
template <class S>
Poll<void> WebSocket<S>::poll_last_bytes(Context& cx) {
  const bool first = protocol_.role() == Role::server || protocol_.fault();
  if (first && poll_end_ours(cx).is_pending()) return pending;
  while (!their_end_) {
    const Poll<std::string_view> came = poll_fill(cx);
    if (came.is_pending()) return pending;
    their_end_ = came.value().empty();
    reader_.consume(came.value().size());
  }
  return poll_end_ours(cx);
}

template <class S>
Poll<void> WebSocket<S>::poll_end_ours(Context& cx) {
  if (our_end_) return Poll<void>::ready();
  const Poll<void> closed = poll_connection(
      cx, wake_->reader, [](auto& stream, Context& both) { return stream.poll_close(both); });
  our_end_ = closed.is_ready();
  return closed;
}

}  // namespace book::ws
