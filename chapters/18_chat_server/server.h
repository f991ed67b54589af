// The server: doors that are open until it is told to stop, and then an end in good order.
//
//     serve                        stop                       all have gone, or:
//     ------------------------------|--------- grace ----------|------------------> time
//     the doors accept              | "* the server closes"    | the rest is dropped
//                                   | mailboxes run empty      |
//
// Chapter 18 explains it.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "05_async_await/async.h"
#include "08_select/race.h"
#include "10_spawning/spawn.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/chat.h"

namespace book::chat {

/// For browsers. The page that they get is borrowed, until the chat has closed.
struct WebDoor {
  TcpListener listener;
  std::string_view page;
};

/// Where it listens.
struct Doors {
  TcpListener lines;
  std::optional<WebDoor> web = std::nullopt;
};

/// Accepts at all doors, forever. Owns them, and borrows the chat.
Async<> open_doors(Doors doors, Chat& chat);

/// Serves until `stop`, any future of void, is ready; then shuts the doors and closes the chat. The
/// chat is borrowed, and serves once. chat.abort() makes the end a quick one.
template <Future Stop>
Async<> serve(Chat& chat, Doors doors, Stop stop) {
  auto room = spawn(chat.room());
  // NOLINTBEGIN(bugprone-use-after-move): it takes the co_await for a use of the parameter
  {
    // The loser is dropped, and with the doors their listeners.
    auto either = race(open_doors(std::move(doors), chat), std::move(stop));
    co_await either;
  }
  // NOLINTEND(bugprone-use-after-move)
  co_await chat.close();
  co_await room;
}

}  // namespace book::chat
