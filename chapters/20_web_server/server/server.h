// The server: accepts connections, gives each a task of its own, and comes to an end in good order.
//
//     serve                          stop                        no connection left, or:
//     --------------------------------|---------- grace ----------|---------------------> time
//     accepts                         | no new one                | the rest is dropped
//                                     | the idle are closed       |
//                                     | the busy finish           |
#pragma once

#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "08_select/race.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/site.h"

namespace book::http {

/// Accepts forever, as many connections at once as the settings allow.
Async<> accept_all(TcpListener& listener, Site& site);

/// Accepts the connections that the system has queued already, as far as there is room, and closes
/// the listener. A client that has sent a request is answered then; without this, closing the
/// listener would send it a reset. Waits for no client.
Async<> drain_backlog(TcpListener& listener, Site& site);

/// What was begun is finished, as long as the settings' grace is; then the rest is dropped. Ready
/// when all connections have ended. To be called once no more are accepted.
Async<> shut_down(Site& site);

/// Serves until `stop` is ready, any future of void; then shuts down. The site is borrowed, and
/// outlives the executor that this runs on. A site serves once: from then on it is at its end.
template <Future Stop>
Async<> serve(TcpListener listener, Site& site, Stop stop) {
  // NOLINTBEGIN(bugprone-use-after-move): it takes the co_await for a use of the parameter
  // Made while there is memory for them.
  Async<> backlog = drain_backlog(listener, site), the_end = shut_down(site);
  {
    // The loser of the race is dropped: it accepts no more.
    auto either = race(accept_all(listener, site), std::move(stop));
    co_await either;
  }
  // NOLINTEND(bugprone-use-after-move)
  co_await std::move(backlog);
  co_await std::move(the_end);
}

/// Serves forever.
inline Async<> serve(TcpListener listener, Site& site) { co_await accept_all(listener, site); }

}  // namespace book::http
