// Step 2: the server is asynchronous, and gains nothing by it. It awaits one visitor's end before
// it accepts the next one.
#pragma once

#include "05_async_await/async.h"
#include "17_io/tcp.h"
#include "20_web_server/site.h"

namespace book::http {

/// Accepts for ever. Drop it to stop. The site is borrowed.
Async<void> serve_one_by_one(TcpListener listener, Site& site);

}  // namespace book::http
