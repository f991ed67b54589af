// The server: accepts connections, gives each a task of its own, and comes to an end in good order.
//
//     serve                          stop                        no connection left, or:
//     --------------------------------|---------- grace ----------|---------------------> time
//     accepts                         | nobody new                | the rest is dropped
//                                     | who is idle is closed     |
//                                     | who is busy finishes      |
#pragma once

#include <utility>

#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "08_select/race.h"
#include "17_io/sockets/tcp.h"
#include "20_web_server/server/site.h"

namespace book::http {

/// Accepts for ever, as many connections at once as the settings allow.
Async<void> accept_all(TcpListener& listener, Site& site);

/// Lets in who has connected already and was not accepted yet, as far as there is room, and closes
/// the listener. Whoever has sent a request is answered then; without this, closing the listener
/// would send a reset. Never waits.
Async<void> last_call(TcpListener& listener, Site& site);

/// What was begun is finished, as long as the settings' grace is; then the rest is dropped. Ready
/// when all connections have ended. To be called once no more are accepted.
Async<void> finish(Site& site);

/// Serves until `stop` is ready, any future of void; then finishes. The site is borrowed, and
/// outlives the executor that this runs on. A site serves once: from then on it is at its end.
template <Future Stop>
Async<void> serve(TcpListener listener, Site& site, Stop stop) {
  // NOLINTBEGIN(bugprone-use-after-move): it takes the co_await for a use of the parameter
  // Made while there is memory for them.
  Async<void> the_last = last_call(listener, site), the_end = finish(site);
  {
    // The loser of the race is dropped: it accepts nobody any more.
    auto either = race(accept_all(listener, site), std::move(stop));
    co_await either;
  }
  // NOLINTEND(bugprone-use-after-move)
  co_await std::move(the_last);
  co_await std::move(the_end);
}

/// Serves for ever.
inline Async<void> serve(TcpListener listener, Site& site) { co_await accept_all(listener, site); }

}  // namespace book::http
