// Room: who is here, what was said, and who is told. An actor: one task owns all of it, and others
// send it requests. So there is no lock, and everybody sees one order of things.
//
//     ann's reader --.                            .--> mailbox of ann --> ann's writer
//     ben's reader ---+--> queue --> the room ----+--> mailbox of ben --> ben's writer
//     cleo's door ---'    (11: mpsc)              '--> the history: the last 20 lines
//            waits while it is full                     never waits
//
// **The room never awaits a member.** It pushes a line into each mailbox, and goes on. One that
// does not read fills its own mailbox, and nobody else notices. (With Slow::wait it does await
// them: one line of room.cpp, there for you to see what comes of it.)
//
// It does not know through which door a member came. Chapter 18 explains it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "11_channels/mpsc.h"
#include "18_chat_server/seat.h"

namespace book::chat {

class Room {
 public:
  static constexpr std::size_t kHistory = 20;

  /// `slow` is what the members' mailboxes were made with.
  Room(Receiver<Request> requests, Slow slow) : requests_(std::move(requests)), slow_(slow) {}

  /// Serves until Close was asked for and the last member has left, or no sender is left.
  Async<> run();

  std::size_t members() const noexcept { return members_.size(); }
  /// The most lines that one mailbox has held.
  std::size_t most_held() const noexcept { return most_held_; }

 private:
  struct Member {
    MemberId id;
    Name name;
    Arc<Mailbox> mailbox;
  };

  void handle(Join& join);
  void handle(Said& said);
  void handle(Leave& leave);
  void handle(Close&);

  void obey(Member& from, const Say& say);
  void obey(Member& from, const Me& me);
  void obey(Member& from, const Msg& msg);
  void obey(Member& from, const Nick& nick);
  void obey(Member& from, const chat::Who&);
  template <class Other>
  void obey(Member&, const Other&) {}  // the member's own affair

  Member* find(MemberId id) noexcept;
  Member* find(const Name& name) noexcept;
  std::string who_is_here() const;

  void push_history(Mailbox& mailbox, const Message& welcome) const;
  void push(Member& member, const Message& line);
  void tell(Member& member, std::string line) { push(member, Message(std::move(line))); }
  void tell_all(const Message& line);
  void say(std::string line);  ///< tells all, and remembers it
  Poll<void> poll_room_for_all(Context& cx);

  Receiver<Request> requests_;
  const Slow slow_;
  std::vector<Member> members_;  // in the order of their numbers, which only grow
  std::unordered_map<std::string, MemberId> names_;  // by key
  std::deque<Message> history_;
  MemberId last_id_ = 0;
  std::size_t most_held_ = 0;
  bool closing_ = false;
};

}  // namespace book::chat
