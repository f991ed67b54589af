// What a WebSocket does when it is polled; websocket.h says what that is for.
#pragma once

#include "18_chat_server/websocket/websocket.h"

namespace book::ws {

template <class S>
PollItem<Message> WebSocket<S>::poll_next(Context& cx) {
  pin_.enter();
  if (ended_) return PollItem<Message>::ready();
  for (;;) {
    if (std::optional<Message> message = std::exchange(protocol_.message(), std::nullopt))
      return PollItem<Message>::ready(std::move(message));
    if (protocol_.input_is_over()) {
      // Our Close goes out first: whoever drops the socket at its end must not drop that.
      if (!write_beside_reading(cx)) return pending;
      ended_ = true;
      if (protocol_.fault()) throw Failure(protocol_.fault());
      return PollItem<Message>::ready();
    }
    (void)write_beside_reading(cx);
    const Poll<std::string_view> came = poll_fill(cx);
    if (came.is_pending()) return pending;
    if (came.value().empty()) {
      protocol_.read_end();
    } else {
      reader_.consume(protocol_.read(came.value()));
    }
  }
}

/// Reads if nothing is buffered. While that waits, the reader can be woken to write, too.
template <class S>
Poll<std::string_view> WebSocket<S>::poll_fill(Context& cx) {
  if (!reading_) reading_.emplace(reader_, Direction::read);
  const bool had = !reader_.buffered().empty();
  Poll<std::string_view> came =
      reading_->poll(cx, [&](auto& reader) { return reader.poll_fill(cx); });
  if (came.is_pending()) {
    if (!wake_->reader.will_wake(cx.waker())) wake_->reader = cx.waker();
  } else if (!had && !came.value().empty()) {
    if (const Reactor* reactor = Reactor::current_or_null()) last_heard_ = reactor->now();
  }
  return came;
}

/// A pong, a Close, and what is in front of them: false while some of it has to wait. That the
/// connection takes no more is no reason not to read what it still has.
template <class S>
bool WebSocket<S>::write_beside_reading(Context& cx) {
  if (cannot_write_) return true;
  try {
    return poll_write_all(cx, Who::reader).is_ready();
  } catch (const std::system_error&) {
    cannot_write_ = true;
  } catch (const UnexpectedEnd&) {
    cannot_write_ = true;
  }
  return true;
}

/// Ready when nothing is left to write. Pending: the task's waker is where the connection's wakes
/// it.
template <class S>
Poll<void> WebSocket<S>::poll_write_all(Context& cx, Who who) {
  Waker& mine = who == Who::reader ? wake_->reader : wake_->writer;
  Waker& other = who == Who::reader ? wake_->writer : wake_->reader;
  bool moved = false;
  Poll<void> done = pending;
  try {
    done = poll_write_on(cx, mine, moved);
  } catch (...) {
    mine = {};
    throw;
  }
  if (done.is_ready()) mine = {};
  // The other may wait for what has just gone. (A reader waits for it only after the last message.)
  if (moved && (who == Who::reader || protocol_.input_is_over())) std::exchange(other, {}).wake();
  return done;
}

template <class S>
Poll<void> WebSocket<S>::poll_write_on(Context& cx, Waker& mine, bool& moved) {
  pin_.enter();
  if (!writing_) writing_.emplace(reader_, Direction::write);
  Context through(waker_);
  for (;;) {
    const std::string_view bytes = protocol_.to_write();
    if (bytes.empty()) break;
    // Kept before the connection is asked: it may find room, and fire, while it is asked.
    cx.store(mine, "room in the connection of a WebSocket");
    const Poll<std::size_t> taken = writing_->poll(
        through, [&](auto& reader) { return reader.inner().poll_write(through, bytes); });
    if (taken.is_pending()) return pending;
    if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
    protocol_.wrote(book::detail::checked(taken.value(), bytes.size()));
    moved = must_flush_ = true;
  }
  if (!must_flush_) return Poll<void>::ready();
  cx.store(mine, "a WebSocket's connection to flush");
  const Poll<void> flushed =
      writing_->poll(through, [&](auto& reader) { return reader.inner().poll_flush(through); });
  must_flush_ = flushed.is_pending();
  return flushed;
}

template <class S>
Poll<void> WebSocket<S>::poll_ready(Context& cx) {
  if (protocol_.state() != State::open || protocol_.input_is_over()) throw Closed();
  if (protocol_.has_room()) return Poll<void>::ready();
  if (poll_write_all(cx, Who::writer).is_ready() || protocol_.has_room()) {
    wake_->writer = {};
    return Poll<void>::ready();
  }
  return pending;
}

template <class S>
Poll<void> WebSocket<S>::poll_flush(Context& cx) {
  return poll_write_all(cx, Who::writer);
}

template <class S>
Poll<void> WebSocket<S>::poll_close(Context& cx) {
  protocol_.say_close(kDone, {});
  return poll_write_all(cx, Who::writer);
}

template <class S>
void WebSocket<S>::forget(Direction direction, const Waker& waker) noexcept {
  Waker& slot = direction == Direction::read ? wake_->reader : wake_->writer;
  if (slot.will_wake(waker)) slot = {};
  if (direction == Direction::read && reading_) reading_->leave();
}

template <class S>
struct WebSocket<S>::SendOp {
  std::optional<Message> message;
  Poll<void> operator()(WebSocket& socket, Context& cx) {
    if (message) {
      if (socket.poll_ready(cx).is_pending()) return pending;
      socket.start_send(*message);
      message.reset();
    }
    return socket.poll_flush(cx);
  }
};

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
    while (!ended_) {
      try {
        if (poll_next(cx).is_pending()) return pending;
      } catch (const Failure&) {
        // It is in the ending.
      }
    }
    if (poll_last_bytes(cx).is_pending()) return pending;
  } catch (const std::system_error&) {
    // Reset, say: it has ended, too.
  }
  wake_->reader = {};
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
  if (!writing_) writing_.emplace(reader_, Direction::write);
  Context through(waker_);
  cx.store(wake_->reader, "the end of a WebSocket's connection");
  const Poll<void> closed =
      writing_->poll(through, [&](auto& reader) { return reader.inner().poll_close(through); });
  our_end_ = closed.is_ready();
  if (our_end_) wake_->reader = {};
  return closed;
}

}  // namespace book::ws
