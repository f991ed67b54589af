// Step 2: the server is asynchronous, and gains nothing by it. It awaits one client's end before
// it accepts the next one.
#pragma once

#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/site.h"

namespace book::http {

/// Serves until it is to stop, and then finishes with the client it has, as long as the grace is.
/// (Clients that connect meanwhile are reset at the end, when the listener is closed.) The site is
/// borrowed.
Async<> serve_one_by_one(TcpListener listener, Site& site, CancellationToken stop);

}  // namespace book::http
