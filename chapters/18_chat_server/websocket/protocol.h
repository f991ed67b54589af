// Protocol: one side of a conversation, without its connection. Bytes that have come go in,
// messages come out; messages go in, and bytes to be written come out.
//
//     read(bytes) --> Assembler --> message()       one at a time
//                        |
//                        '-- ping --> pong slot ---.
//                        '-- close -> close slot --+
//     send(message) --> queue of whole frames -----+--> to_write() --> the connection
//     ping() ---------> ping slot -----------------'
//
// Control frames have a slot each, and no queue: of many pings the latest is answered (RFC 6455,
// 5.5.3). A slot goes out at the next end of a frame, in front of what is queued: so a peer that
// reads slowly still sees that we live.
//
//     state        may we send?   what comes is       left by
//     open         yes            given               one of the two saying Close
//     we_said      no             still given         their Close
//     they_said    no             passed over         our answer, which follows by itself
//     both         no             passed over         -
//
// Our own Close stands behind all that we have sent before. Where we answer theirs, and where they
// have broken the rules, what was not begun is dropped, and has_dropped() says so. Chapter 18
// explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "18_chat_server/websocket/assembler.h"

namespace book::ws {

struct Message {
  enum class Kind : std::uint8_t { text, binary };
  Kind kind = Kind::text;
  std::string data = {};

  bool is_text() const noexcept { return kind == Kind::text; }
  bool operator==(const Message&) const = default;
};
[[nodiscard]] inline Message text(std::string data) {
  return {Message::Kind::text, std::move(data)};
}
[[nodiscard]] inline Message binary(std::string data) {
  return {Message::Kind::binary, std::move(data)};
}

struct Options {
  std::size_t most_message = 64 * 1024;  ///< bytes of one message that comes: more is 1009
  /// Bytes that may wait to be written before a sender has to wait. 1: one message at a time.
  std::size_t write_ahead = 16 * 1024;
  MaskKey (*key)() = &random_key;  ///< a new one for each frame of a client
};

/// Nothing can be sent any more: one of the two has said Close, or broken the rules.
class Closed : public std::runtime_error {
 public:
  Closed() : std::runtime_error("nothing can be sent: this WebSocket is closing") {}
};

enum class State : std::uint8_t { open, we_said, they_said, both };

class Protocol {
 public:
  Protocol(Role we_are, const Options& options)
      : assembler_(we_are, options.most_message), we_are_(we_are), options_(options) {}

  // What comes.

  /// Reads on, at most to the end of a frame: how many bytes that took. Not while message() has
  /// one.
  std::size_t read(std::string_view bytes);
  /// The connection has no more bytes.
  void read_end();
  /// A message that has come; take it.
  std::optional<Message>& message() noexcept { return message_; }
  /// Nothing more will be given: their Close, a fault, or the end.
  bool input_is_over() const noexcept { return over_; }
  /// What broke the rules; 1006 if the connection ended before their Close.
  const Fault& fault() const noexcept { return fault_; }

  // What goes.

  /// Throw Closed unless the state is open; std::invalid_argument for a text that is not UTF-8.
  void send(Message::Kind kind, std::string_view data);
  /// In place of one that has not gone yet. Throws std::invalid_argument beyond 125 bytes.
  void ping(std::string_view payload);
  /// Says Close, behind what was sent; the first one counts. Throws std::invalid_argument for a
  /// code that is never sent, and a reason that is not UTF-8 or has more than 123 bytes.
  void say_close(CloseCode code, std::string_view reason);

  /// The bytes to write next; empty when there are none.
  std::string_view to_write();
  void wrote(std::size_t n) noexcept { written_ += n; }
  /// May another message be sent, or should its sender wait?
  bool has_room() const noexcept { return waiting() < options_.write_ahead; }
  /// Was something sent that is never to go, for their Close or their fault came before it was
  /// begun?
  bool has_dropped() const noexcept { return dropped_; }
  std::size_t waiting() const noexcept { return going_.size() - written_ + queue_.size(); }
  /// Bytes that it holds for what goes, used or not.
  std::size_t memory() const noexcept { return going_.capacity() + queue_.capacity(); }

  State state() const noexcept {
    if (they_said_) return close_went_ ? State::both : State::they_said;
    return we_said_ ? State::we_said : State::open;
  }
  /// Their code and reason, or the fault's.
  const Ending& ending() const noexcept { return ending_; }
  Role role() const noexcept { return we_are_; }

 private:
  void fail(const Fault& fault);
  void answer_close();
  void drop_waiting();
  void append(std::string& out, Opcode opcode, std::string_view payload);

  Assembler assembler_;
  Role we_are_;
  Options options_;
  std::optional<Message> message_;
  Fault fault_;
  Ending ending_;
  bool we_said_ = false, they_said_ = false, over_ = false;
  bool close_went_ = false;  // behind it nothing goes
  bool dropped_ = false;

  std::string going_;        // is being written: whole frames
  std::size_t written_ = 0;  // so much of it has gone
  std::string queue_;        // whole frames that come next
  std::optional<std::string> pong_, ping_, close_;
};

}  // namespace book::ws
