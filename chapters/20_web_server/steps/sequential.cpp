#include "20_web_server/steps/sequential.h"

#include <utility>

#include "07_join/join.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/connection_error.h"
#include "20_web_server/server/handler.h"
#include "20_web_server/server/server.h"
#include "common/reactor/reactor.h"

namespace book::http {
namespace {

Async<> one_by_one(TcpListener listener, Site& site, CancellationToken stop) {
  for (;;) {
    auto accepted = co_await stop.run_until_cancelled(listener.accept());
    if (!accepted) break;
    try {
      co_await handle_connection(std::move(accepted->stream), site);
    } catch (...) {
      ignore_connection_error();  // there was no memory for it
    }
  }
}

Async<> shut_down_at(CancellationToken stop, Site& site) {
  Async<> the_end = shut_down(site);
  co_await stop.cancelled();
  co_await std::move(the_end);
}

}  // namespace

Async<> serve_one_by_one(TcpListener listener, Site& site, CancellationToken stop) {
  warm_up(site.files, Reactor::current().now());
  // The end first: it is made while there is memory for it.
  co_await join(shut_down_at(stop, site), one_by_one(std::move(listener), site, stop));
}

}  // namespace book::http
