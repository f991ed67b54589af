#include "20_web_server/steps/sequential.h"

#include <new>
#include <utility>

#include "07_join/join.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/handler.h"
#include "20_web_server/server/server.h"
#include "common/reactor/reactor.h"

namespace book::http {
namespace {

Async<void> one_by_one(TcpListener listener, Site& site, CancellationToken stop) {
  for (;;) {
    auto accepted = co_await stop.run_until_cancelled(listener.accept());
    if (!accepted) break;
    ++site.connections;
    try {
      co_await handle_connection(std::move(accepted->stream), site);
    } catch (const std::bad_alloc&) {
      // No memory for this one: the next one may have more luck.
    }
  }
}

Async<void> finish_at(CancellationToken stop, Site& site) {
  Async<void> the_end = finish(site);
  co_await stop.cancelled();
  co_await std::move(the_end);
}

}  // namespace

Async<void> serve_one_by_one(TcpListener listener, Site& site, CancellationToken stop) {
  warm_up(site.files, Reactor::current().now());
  // The end first: it is made while there is memory for it.
  co_await join(finish_at(stop, site), one_by_one(std::move(listener), site, stop));
}

}  // namespace book::http
