// serve_member(wire, chat, place): one member, from its name to its good-bye, whatever its door.
//
//     connection --> name? --> Seat --> reader     lines and commands --> the room
//                      |                writer     the mailbox --> the connection     race (08):
//                     10 s              heartbeat  is anybody there?                  the first to
//                                          |                                          end ends all
//                                          '--> Farewell: the seat tells the room; wire.close(why)
//
// Why race, and not the task_scope of chapter 10? A scope waits for all of its children, and here
// the first end is the end. What race drops, it drops where it stands: each of the three loses
// nothing that way that the member would still need.
//
// Reader and writer are two futures, not one that does both in turn: while a write waits for a slow
// connection, what that member says is read all the same. Chapter 18 explains it.
#pragma once

#include <fmt/format.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "05_async_await/async.h"
#include "08_select/race.h"
#include "10_spawning/timeout.h"
#include "18_chat_server/bucket.h"
#include "18_chat_server/chat.h"
#include "18_chat_server/heartbeat.h"
#include "18_chat_server/patient.h"
#include "18_chat_server/wire.h"

namespace book::chat {
namespace detail {

/// Asks for a name until there is a seat, or a reason why not.
template <Wire W>
Async<std::variant<Seat, Why>> find_seat(W& wire, Chat& chat) {
  const auto say = [](const char* text) { return std::array{Message(text)}; };
  auto words = say("* your name?");
  for (;;) {
    co_await wire.send(words);
    std::optional<std::string> line = co_await wire.receive();
    if (!line) co_return Why::end;
    std::optional<Name> name = Name::parse(*line);
    if (!name) {
      words = say("* a name is 1 to 20 letters, digits, _ or -: your name?");
      continue;
    }
    Permits<Request> last_word = co_await chat.requests.reserve();
    Seat seat(std::move(last_word), make_arc<Mailbox>(chat.limits.mailbox));
    auto ends = oneshot<Welcome>();
    Request join{Join{*std::move(name), std::move(seat), std::move(ends.sender)}};
    co_await chat.requests.send(std::move(join));
    Welcome welcome = co_await ends.receiver;
    if (Seat* given = std::get_if<Seat>(&welcome.answer)) co_return std::move(*given);
    if (std::get<NoSeat>(welcome.answer) == NoSeat::closing) co_return Why::closing;
    words = say("* that name is taken: your name?");
  }
}

/// What the member says, until it has nothing more to say, or has said too much.
template <Wire W>
Async<Farewell> read_lines(W& wire, Chat& chat, const Seat& seat);

/// What the member is told, until the room has closed its mailbox, or it does not read.
template <Wire W>
Async<Farewell> write_lines(W& wire, Mailbox& mailbox, Duration patience);

}  // namespace detail

/// Owns the wire and the place; the chat outlives it. Throws nothing that a connection does wrong.
template <Wire W>
Async<> serve_member(W wire, Chat& chat, [[maybe_unused]] Permit place);

}  // namespace book::chat

#include "18_chat_server/member_parts.h"
