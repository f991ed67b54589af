// The line door: accepts TCP connections, and lets each in while there is a place. One that finds
// none is told so, and not left to wait: a chat that you cannot see is no chat.
// Chapter 18 explains it.
#pragma once

#include "05_async_await/async.h"
#include "17_io/sockets/tcp.h"
#include "18_chat_server/chat.h"

namespace book::chat {

/// Accepts forever. Borrows both; each member is a task of its own, which chat.abort() drops.
Async<> line_door(TcpListener& listener, Chat& chat);

}  // namespace book::chat
