#include "20_web_server/server/server.h"

#include <cstddef>
#include <new>
#include <utility>
#include <variant>

#include "04_io_executor/executor.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/select.h"
#include "10_spawning/timeout.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/handler.h"
#include "common/reactor/reactor.h"

namespace book::http {

namespace {

void let_in(TcpStream stream, Site& site) {
  ++site.connections;
  try {
    spawn_detached(handle_connection(std::move(stream), site, Watch(site.watches)));
  } catch (const std::bad_alloc&) {
    // No memory for one more: this client is sent away, and the next one may have more luck.
  }
}

}  // namespace

Async<void> accept_all(TcpListener& listener, Site& site) {
  constexpr int kBatch = 64;  // connections, before the others get their turn
  const std::size_t most = site.settings.max_connections;
  // While there are descriptors to open them with: the clients may take the last one.
  warm_up(site.files, Reactor::current().now());
  for (;;) {
    for (int i = 0; i < kBatch; ++i) {
      // The next client waits in the system's queue, and so do those behind it.
      if (site.watches.count() >= most) co_await site.watches.fewer_than(most);
      TcpListener::Accepted accepted = co_await listener.accept();
      let_in(std::move(accepted.stream), site);
    }
    co_await yield_now();
  }
}

Async<void> last_call(TcpListener& listener, Site& site) {
  // Not for ever, however fast they come.
  for (int i = 0; i < ListenOptions().backlog; ++i) {
    if (site.watches.count() >= site.settings.max_connections) break;
    auto at_once = select_biased(listener.accept(), ready());
    auto someone = co_await at_once;
    if (someone.index() != 0) break;
    let_in(std::move(std::get<0>(someone).stream), site);
  }
  const TcpListener closed = std::move(listener);
}

Async<void> finish(Site& site) {
  site.watches.end_idle();
  auto all_gone = site.watches.fewer_than(1);
  const auto in_time = co_await timeout(site.settings.grace, std::move(all_gone));
  if (!in_time) {
    site.watches.end_all();
    co_await site.watches.fewer_than(1);
  }
  site.log.flush();
}

}  // namespace book::http
