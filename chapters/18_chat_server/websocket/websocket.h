// WebSocket: a conversation in messages, over any stream of bytes. It is a Stream of the messages
// that come, and a Sink for those that go; server and client are alike.
//
//     auto socket = co_await ws::connect(std::move(stream), "localhost:7878", "/chat");   // open.h
//     co_await socket.send("hello");
//     auto ten = socket | take(10);
//     for (;;) {
//       auto message = co_await next(ten);
//       if (!message) break;
//       use(message->is_text(), message->data);
//     }
//     co_await timeout(5s, socket.hang_up());
//
// Two tasks may share one, by reference: one that reads and one that writes. Both are of the thread
// of the connection. The reader answers pings, and Close; so pings are answered while it reads.
//
//     reader --poll_read--> [ connection ] <--poll_write-- writer, or the reader with a pong
//                                  |
//               room again: one waker for both, and each tries
//
// The connection keeps one waker for writing, and here two tasks may have something to write. So it
// is given a third one, which wakes both. Neither can wait for the other: a reader that has no room
// for its pong reads on, and what one of them wrote for the other it says so.
//
// The reader's stream ends after their Close, when our answer has gone out: dropping the socket
// then loses nothing. It throws Failure once where they broke the rules (they are told why before),
// and where the connection ended without a Close. An error of the connection it throws as it is;
// the ending is 1006 then. Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "04_io_executor/io_place.h"
#include "09_streams/stream_step.h"
#include "17_io/bytes/buf_reader.h"
#include "18_chat_server/websocket/output_wake.h"
#include "18_chat_server/websocket/protocol.h"

namespace book::ws {

/// The other side broke the rules, or the connection ended before it had said Close (1006).
class Failure : public std::runtime_error {
 public:
  explicit Failure(const Fault& fault) : std::runtime_error(fault.why), code_(fault.code) {}
  CloseCode code() const noexcept { return code_; }

 private:
  CloseCode code_;
};

/// `S` is a reference when the connection is borrowed.
template <class S>
class WebSocket {
  struct SendOp;
  struct HangUpOp;

 public:
  using Item = Message;

  /// After the handshake; `reader` may have read on already.
  WebSocket(BufReader<S>&& reader, Role we_are, const Options& options = {})
      : reader_(std::move(reader)), protocol_(we_are, options) {}
  WebSocket(WebSocket&&) = default;
  WebSocket& operator=(WebSocket&&) = delete;
  ~WebSocket() {
    if (reading_) reading_->leave();
    if (writing_) writing_->leave();
  }

  // For the task that reads.

  /// The next message. Not yet, after a ping or a fragment: others have their turn after many.
  PollItem<Message> poll_next(Context& cx);
  bool is_terminated() const noexcept { return ended_; }

  /// A future of the Ending: says Close, unless it was said, passes over what still comes, until
  /// the other side has answered and the connection has ended; the server ends it first. There may
  /// be no answer: timeout(5s, socket.hang_up()), and then drop the socket. Does not throw what the
  /// other side or the connection has done wrong: the Ending says it.
  IoOperation<WebSocket, HangUpOp> hang_up(CloseCode code = kDone, std::string reason = "") & {
    return {*this, Direction::read, {code, std::move(reason)}};
  }

  // For the task that writes.

  /// A future, ready when the connection has taken the message. Throws Closed after a Close, of
  /// either side, also where that came before the message was begun; std::invalid_argument for a
  /// text that is not UTF-8, and what the connection throws. Dropped before it was ready it has
  /// sent all of it, or nothing.
  IoOperation<WebSocket, SendOp> send(std::string text) & {
    return send(Message{Message::Kind::text, std::move(text)});
  }
  IoOperation<WebSocket, SendOp> send(Message message) & {
    return {*this, Direction::write, {std::move(message)}};
  }

  /// The Sink: of Messages, and of texts that need not be copied into one first.
  Poll<void> poll_ready(Context& cx);
  void start_send(const Message& message) { protocol_.send(message.kind, message.data); }
  void start_send_text(std::string_view text) { protocol_.send(Message::Kind::text, text); }
  /// Throws Closed where something that was sent is never to go: see Protocol::has_dropped().
  Poll<void> poll_flush(Context& cx);
  /// Says Close (1000) behind all that was sent, and flushes. The reader hears the answer.
  Poll<void> poll_close(Context& cx);
  void give_up() noexcept { wake_->writer = Waker(); }

  // For either of them, and any other task of the thread. They do not wait: the reader, or the
  // writer, is woken and writes.

  void ping(std::string_view payload = {}) {
    protocol_.ping(payload);
    OutputWake::wake_by_ref(wake_);
  }
  void say_close(CloseCode code, std::string_view reason = {}) {
    protocol_.say_close(code, reason);
    OutputWake::wake_by_ref(wake_);
  }

  State state() const noexcept { return protocol_.state(); }
  const Ending& ending() const noexcept { return protocol_.ending(); }
  /// The connection: to look at. What is read from it, or written to it, is missing here.
  const std::remove_reference_t<S>& connection() const noexcept { return reader_.inner(); }
  /// Bytes that wait to be written.
  std::size_t waiting() const noexcept { return protocol_.waiting(); }

  void forget(Direction direction, const Waker& waker) noexcept;

 private:
  PollItem<Message> poll_message(Context& cx);
  Poll<void> poll_writer(Context& cx);
  Poll<void> poll_write_all(Context& cx, Waker& mine);
  template <class Call>
  auto poll_connection(Context& cx, Waker& mine, Call call);
  void tell_the_other(const Waker& mine);
  bool write_beside_reading(Context& cx);
  Poll<std::string_view> poll_fill(Context& cx);
  Poll<Ending> poll_hang_up(Context& cx);
  Poll<void> poll_last_bytes(Context& cx);
  Poll<void> poll_end_ours(Context& cx);

  StreamPin pin_;  // the places know where reader_ is
  BufReader<S> reader_;
  Protocol protocol_;
  Arc<OutputWake> wake_ = make_arc<OutputWake>();
  Waker waker_ = into_waker(wake_);  // the one that the connection is given to write with
  std::optional<IoPlace<BufReader<S>>> reading_, writing_;
  bool must_flush_ = false;
  bool ended_ = false;                        // poll_next has given its end
  bool cannot_write_ = false;                 // the reader found out; a writer finds out by itself
  bool our_end_ = false, their_end_ = false;  // of the connection
};

}  // namespace book::ws

#include "18_chat_server/websocket/hang_up.h"
#include "18_chat_server/websocket/websocket_polls.h"
