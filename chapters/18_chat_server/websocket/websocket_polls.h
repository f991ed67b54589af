// How a WebSocket reads and writes; websocket.h says what that is for.
#pragma once

#include "18_chat_server/websocket/websocket.h"

namespace book::ws {

template <class S>
PollItem<Message> WebSocket<S>::poll_next(Context& cx) {
  pin_.enter();
  if (ended_) return PollItem<Message>::ready();
  PollItem<Message> next = pending;
  try {
    next = poll_message(cx);
  } catch (const std::system_error&) {
    protocol_.read_end();  // reset, say: no Close will come any more
    ended_ = true;
    wake_->reader = Waker();
    throw;
  } catch (...) {
    wake_->reader = Waker();
    throw;
  }
  if (next.is_ready()) wake_->reader = Waker();
  return next;
}

template <class S>
PollItem<Message> WebSocket<S>::poll_message(Context& cx) {
  for (;;) {
    if (protocol_.message())
      return PollItem<Message>::ready(std::exchange(protocol_.message(), std::nullopt));
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
  Poll<std::string_view> came =
      reading_->poll(cx, [&](auto& reader) { return reader.poll_fill(cx); });
  if (came.is_pending() && !wake_->reader.will_wake(cx.waker())) wake_->reader = cx.waker();
  return came;
}

/// A pong, a Close, and what is in front of them: false while some of it has to wait. That the
/// connection takes no more is no reason not to read what it still has.
template <class S>
bool WebSocket<S>::write_beside_reading(Context& cx) {
  if (cannot_write_) return true;
  try {
    return poll_write_all(cx, wake_->reader).is_ready();
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
Poll<void> WebSocket<S>::poll_write_all(Context& cx, Waker& mine) {
  pin_.enter();
  bool moved = false;
  Poll<void> done = Poll<void>::ready();
  for (;;) {
    const std::string_view bytes = protocol_.to_write();
    if (bytes.empty()) break;
    const Poll<std::size_t> taken = poll_connection(
        cx, mine, [&](auto& stream, Context& both) { return stream.poll_write(both, bytes); });
    if (taken.is_pending()) {
      done = pending;
      break;
    }
    if (taken.value() == 0) throw UnexpectedEnd(Direction::write);
    protocol_.wrote(book::detail::checked(taken.value(), bytes.size()));
    moved = must_flush_ = true;
  }
  if (done.is_ready() && must_flush_) {
    done = poll_connection(cx, mine,
                           [](auto& stream, Context& both) { return stream.poll_flush(both); });
    must_flush_ = done.is_pending();
  }
  if (moved) tell_the_other(mine);
  return done;
}

/// One call that may have to wait for the connection to take something: with the waker for both,
/// who are woken through their slots. A connection may fire it before we are back, because we had
/// our turn: then this task's waker was in no slot yet.
template <class S>
template <class Call>
auto WebSocket<S>::poll_connection(Context& cx, Waker& mine, Call call) {
  if (!writing_) writing_.emplace(reader_, Direction::write);
  Context both(waker_);
  wake_->fired = false;
  auto result = writing_->poll(both, [&](auto& reader) { return call(reader.inner(), both); });
  if (result.is_pending()) {
    cx.store(mine, "room in the connection of a WebSocket");
    if (wake_->fired) cx.waker().wake_by_ref();
  }
  return result;
}

/// It may wait for what has just gone: a writer for room, a reader after the last message only.
template <class S>
void WebSocket<S>::tell_the_other(const Waker& mine) {
  if (&mine == &wake_->reader) {
    std::exchange(wake_->writer, {}).wake();
  } else if (protocol_.input_is_over()) {
    std::exchange(wake_->reader, {}).wake();
  }
}

/// The same for the writer, whose slot is empty when it does not wait.
template <class S>
Poll<void> WebSocket<S>::poll_writer(Context& cx) {
  Poll<void> done = pending;
  try {
    done = poll_write_all(cx, wake_->writer);
  } catch (...) {
    wake_->writer = Waker();
    throw;
  }
  if (done.is_ready()) wake_->writer = Waker();
  return done;
}

template <class S>
Poll<void> WebSocket<S>::poll_ready(Context& cx) {
  if (protocol_.state() != State::open || protocol_.input_is_over()) throw Closed();
  if (protocol_.has_room()) return Poll<void>::ready();
  if (poll_writer(cx).is_ready() || protocol_.has_room()) {
    wake_->writer = Waker();
    return Poll<void>::ready();
  }
  return pending;
}

template <class S>
Poll<void> WebSocket<S>::poll_flush(Context& cx) {
  if (protocol_.has_dropped()) {
    wake_->writer = Waker();
    throw Closed();
  }
  return poll_writer(cx);
}

template <class S>
Poll<void> WebSocket<S>::poll_close(Context& cx) {
  protocol_.say_close(kDone, {});
  return poll_writer(cx);
}

template <class S>
void WebSocket<S>::forget(Direction direction, const Waker& waker) noexcept {
  Waker& slot = direction == Direction::read ? wake_->reader : wake_->writer;
  if (slot.will_wake(waker)) slot = Waker();
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

}  // namespace book::ws
