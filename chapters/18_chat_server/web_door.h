// The web door: a browser's way in. It asks for the page, and the page opens a WebSocket.
//
//     GET /             the page, from memory
//     GET /chat         an upgrade: 101, and the member comes in; 503 when there is no place
//     anything else     404, 405, or what http::parse found wrong
//
//     doorstep --- head of a request, in 10 s ---> place --- upgrade ---> serve_member
//         '--- 32 at a time: those who have not said yet what they want
//
// One request a connection: that is enough for a page that is one file, and it keeps this door
// small. Chapter 20 has a server that does better. Chapter 18 explains this one.
#pragma once

#include <string>
#include <string_view>

#include "05_async_await/async.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/chat.h"

namespace book::chat {

/// Accepts forever. Borrows all of them; each visitor is a task of its own, which chat.abort()
/// drops.
Async<> web_door(TcpListener& listener, Chat& chat, std::string_view page);

}  // namespace book::chat
