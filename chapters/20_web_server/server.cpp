#include "20_web_server/server.h"

#include <new>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/yield_now.h"
#include "20_web_server/connection.h"
#include "20_web_server/handler.h"
#include "common/reactor.h"

namespace book::http {

Async<void> serve(TcpListener listener, Site& site) {
  constexpr int kBatch = 64;  // connections, before the others get their turn
  // While there are descriptors to open them with: the clients may take the last one.
  warm_up(site.files, Reactor::current().now());
  for (;;) {
    for (int i = 0; i < kBatch; ++i) {
      TcpListener::Accepted accepted = co_await listener.accept();
      ++site.connections;
      try {
        spawn_detached(handle_connection(std::move(accepted.stream), site));
      } catch (const std::bad_alloc&) {
        // No memory for one more: this client is sent away, and the next one may have more luck.
      }
    }
    co_await yield_now();
  }
}

}  // namespace book::http
