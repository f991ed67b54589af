#include "20_web_server/sequential.h"

#include <utility>

#include "20_web_server/connection.h"
#include "20_web_server/handler.h"
#include "common/reactor.h"

namespace book::http {

Async<void> serve_one_by_one(TcpListener listener, Site& site) {
  warm_up(site.files, Reactor::current().now());
  for (;;) {
    TcpListener::Accepted accepted = co_await listener.accept();
    ++site.connections;
    co_await handle_connection(std::move(accepted.stream), site);
  }
}

}  // namespace book::http
