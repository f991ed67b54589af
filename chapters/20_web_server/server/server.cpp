#include "20_web_server/server/server.h"

#include <cstddef>
#include <optional>
#include <utility>
#include <variant>

#include "04_io_executor/executor.h"
#include "05_async_await/simple_futures.h"
#include "05_async_await/yield_now.h"
#include "08_select/select.h"
#include "10_spawning/timeout.h"
#include "12_sync/semaphore.h"
#include "20_web_server/server/connection.h"
#include "20_web_server/server/connection_error.h"
#include "20_web_server/server/handler.h"
#include "20_web_server/server/next_client.h"
#include "common/reactor/reactor.h"

namespace book::http {

namespace {

void spawn_connection(TcpStream stream, Site& site, Permit permit) {
  try {
    spawn_detached(handle_connection(std::move(stream), site, std::move(permit)));
  } catch (...) {
    ignore_connection_error();  // there was no memory for it: this client is sent away
  }
}

}  // namespace

Async<> accept_all(TcpListener& listener, Site& site) {
  constexpr int kBatch = 64;  // connections, before the others get their turn
  // While there are descriptors to open them with: the clients may take the last one.
  warm_up(site.files, Reactor::current().now());
  for (;;) {
    for (int i = 0; i < kBatch; ++i) {
      TcpStream client = co_await next_client(listener, site);
      auto room = site.connections.try_acquire();
      if (room) {
        spawn_connection(std::move(client), site, std::move(*room));
        continue;
      }
      // Where there is no place to be had, this client waits, and behind it the system's queue.
      auto place = find_place(std::move(client), site);
      std::optional<Placed> placed = co_await place;
      if (placed) spawn_connection(std::move(placed->client), site, std::move(placed->permit));
    }
    co_await yield_now();
  }
}

Async<> drain_backlog(TcpListener& listener, Site& site) {
  site.shutdown.begin();      // so those that have their turns meanwhile are told that it is over
  constexpr int kBatch = 64;  // fewer than a turn has calls (chapter 04): pending means nobody
  // Not forever, however fast they come.
  for (int i = 0; i < ListenOptions().backlog; ++i) {
    if (i % kBatch == 0) co_await yield_now();
    auto room = site.connections.try_acquire();
    if (!room) break;
    auto at_once = select_biased(listener.accept(), ready());
    auto either = co_await at_once;
    if (either.index() != 0) break;
    spawn_connection(std::move(std::get<0>(either).stream), site, std::move(*room));
  }
  const TcpListener closed = std::move(listener);
}

Async<> shut_down(Site& site) {
  site.shutdown.begin();
  site.timeouts.wake_refused();
  const std::size_t all = site.settings.max_connections;
  auto all_gone = site.connections.acquire(all);
  const auto in_time = co_await timeout(site.settings.grace, std::move(all_gone));
  if (!in_time) {
    site.shutdown.abort();
    site.timeouts.wake_refused();
    const Permit of_all = co_await site.connections.acquire(all);
  }
  site.log.flush();
}

}  // namespace book::http
