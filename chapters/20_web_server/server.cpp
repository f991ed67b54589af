#include "20_web_server/server.h"

#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/yield_now.h"
#include "20_web_server/connection.h"

namespace book::http {

Async<void> serve(TcpListener listener, Site& site) {
  constexpr int kBatch = 64;  // connections, before the others get their turn
  for (;;) {
    for (int i = 0; i < kBatch; ++i) {
      TcpListener::Accepted accepted = co_await listener.accept();
      ++site.connections;
      spawn_detached(handle_connection(std::move(accepted.stream), site));
    }
    co_await yield_now();
  }
}

}  // namespace book::http
