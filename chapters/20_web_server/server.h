// The server: accepts connections, and gives each a task of its own.
#pragma once

#include "05_async_await/async.h"
#include "17_io/tcp.h"
#include "20_web_server/site.h"

namespace book::http {

/// Accepts for ever. Drop it to stop accepting. The site is borrowed, and outlives the executor
/// that this runs on.
Async<void> serve(TcpListener listener, Site& site);

}  // namespace book::http
