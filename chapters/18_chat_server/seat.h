// Seat: a member's place in the room, and what others may ask the room for.
//
//     a door    reserve() ---> Seat{last word} -- Join --> room: gives it a number
//                                                            |
//     the member <------------- Seat{7, last word} ----------'
//        |
//        '-- ~Seat, wherever it dies: Leave{7} goes into the slot that was kept for it
//
// The room's queue is chapter 11's mpsc, and it has an end: a talker waits while it is full. But a
// destructor cannot wait. So a seat owns a slot of the queue from the beginning (reserve()), and
// its last word is never lost, even where a member is dropped between the room's answer and the
// moment at which it would have seen it. Chapter 18 explains it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "11_channels/mpsc.h"
#include "11_channels/oneshot.h"
#include "18_chat_server/commands.h"
#include "18_chat_server/farewell.h"
#include "18_chat_server/mailbox.h"
#include "18_chat_server/name.h"
#include "common/arc.h"

namespace book::chat {

using MemberId = std::uint64_t;

struct Request;

class Seat {
 public:
  Seat(Permits<Request> last_word, Arc<Mailbox> mailbox) noexcept;
  Seat(Seat&& other) noexcept;
  Seat& operator=(Seat&&) = delete;
  /// Tells the room, if it has ever given this a number; and closes the mailbox.
  ~Seat();

  MemberId id() const noexcept { return id_; }
  Mailbox& mailbox() const noexcept { return *mailbox_; }

  /// What the room will be told. Without it: that the connection was lost.
  void leave(Farewell farewell) noexcept { farewell_ = std::move(farewell); }

 private:
  friend class Room;

  MemberId id_ = 0;
  Permits<Request> last_word_;
  Arc<Mailbox> mailbox_;  // null when moved from
  Farewell farewell_;
};

/// What the room says to a Join: the seat with its number, or why not.
enum class NoSeat : std::uint8_t { name_taken, closing };
struct Welcome {
  std::variant<Seat, NoSeat> answer;
};

struct Join {
  Name name;
  Seat seat;
  OneshotSender<Welcome> answer;
};
/// What a member has typed, unless it is between the member and its door.
struct Said {
  MemberId from;
  Command command;
};
struct Leave {
  MemberId who;
  Farewell farewell;
};
/// The end: says so to all, closes their mailboxes, and lets nobody in.
struct Close {};

struct Request {
  std::variant<Join, Said, Leave, Close> what;
};

}  // namespace book::chat
