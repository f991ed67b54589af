// The first server: what one writes first, and nothing else.
//
//     accept --> read, to the blank line --> write the page --> close
//
// It has no limits: neither of time nor of memory, and it looks at nothing that it is sent. Chapter
// 20 shows what becomes of it, and server/ is the answer. Do not open its port to strangers.
#pragma once

#include "05_async_await/async.h"
#include "17_io/sockets/tcp.h"

namespace book::first {

/// One client: reads a request to its blank line, answers with the page, and closes. Throws
/// std::system_error when the connection breaks.
Async<> answer(TcpStream client);

/// One client after the other, forever. An exception of one client ends the server.
Async<> serve_in_turn(TcpListener listener);

/// A task for each client, forever. An exception of one client ends its own task, and is reported
/// on stderr.
Async<> serve_at_once(TcpListener listener);

}  // namespace book::first
