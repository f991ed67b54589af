// Mailbox: what a member has not read yet. The room puts lines in, and never waits; the member's
// writer takes them out. It is bounded twice, by a count and by bytes, and a policy says what
// happens at the bound:
//
//     skip   the oldest line goes, and the reader is told how many went   [missed 3] [4] [5] [6]
//     drop   the member goes
//     keep   there is no bound                                            [1] [2] [3] [4] [5] ...
//     wait   the room waits until there is room                           (and with it, everybody)
//
// Beside the lines there is one slot for a ping, which overtakes them: a full mailbox must not kill
// a member that lives.
//
// Why not chapter 11's broadcast, with its Lagged? That keeps the last n items for everybody. Here
// a line may be for one member alone, a bound in bytes is wanted, and a member who has read
// everything must not hold what another has not.
//
// All of it belongs to one thread. Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "09_streams/stream_step.h"
#include "11_channels/ring.h"
#include "18_chat_server/message.h"
#include "common/arc.h"
#include "common/solo_atomic.h"
#include "common/waker.h"

namespace book::chat {

enum class Slow : std::uint8_t { skip, drop, keep, wait };

struct MailboxLimits {
  std::size_t lines = 256;
  std::size_t bytes = 64 * 1024;
  Slow slow = Slow::skip;
};

/// What a writer takes out: a line, or the order to ask whether the member is there.
struct Mail {
  std::optional<Message> line = {};
  bool is_ping() const noexcept { return !line; }
};

/// A stream of Mail for one task, the member's writer. It keeps the waker of its latest poll.
class Mailbox : public RefCounted<Mailbox, SoloAtomic> {
 public:
  using Item = Mail;

  explicit Mailbox(const MailboxLimits& limits) noexcept;

  // ---- for the room

  /// Never waits. After close() it does nothing.
  void push(Message line);
  /// Would one more line be too much? Never, with Slow::keep.
  bool is_full() const noexcept { return !over_ && !fits(1, 1); }
  /// Is there room for so much more? Always, with Slow::keep.
  bool fits(std::size_t lines, std::size_t bytes) const noexcept;
  /// Ready when it is not full, or at its end. For Slow::wait alone, and one task.
  Poll<void> poll_room(Context& cx);
  /// Nothing more comes in. What is in it can be taken, and then it is at its end.
  void close();

  // ---- for the member

  /// The next ping, or line; nothing at the end.
  PollItem<Mail> poll_next(Context& cx);
  bool is_terminated() const noexcept { return over_ && lines_.empty() && !ping_; }
  /// The next one, if there is one at once.
  std::optional<Mail> try_next();
  /// A ping for the writer to send. One that has not been sent yet is the same ping.
  void ask();
  /// Ready when the policy was Slow::drop and a line too many has come. It may be asked by the
  /// writer while it writes; it keeps the waker of the latest poll.
  Poll<void> poll_too_slow(Context& cx);
  void forget_sending() noexcept { sending_ = Waker(); }
  bool is_too_slow() const noexcept { return too_slow_; }
  /// The member has gone: what is here is dropped, and a room that waits is told.
  void abandon() noexcept;

  // ---- for the story
  std::size_t size() const noexcept { return lines_.size(); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  Message take_oldest() noexcept;
  void clear() noexcept;
  void room_again();

  const MailboxLimits limits_;
  book::detail::Ring<Message> lines_;
  std::size_t bytes_ = 0;   ///< of lines_
  std::size_t missed_ = 0;  ///< lines that went before the oldest one, and were not told of
  bool ping_ = false;
  bool over_ = false;
  bool too_slow_ = false;
  Waker writer_;   ///< waits for mail
  Waker sending_;  ///< waits for is_too_slow()
  Waker sender_;   ///< the room, with Slow::wait
};

}  // namespace book::chat
