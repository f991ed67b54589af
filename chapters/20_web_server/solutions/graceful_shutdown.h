// A graceful shutdown: the book's answer to exercise 2.
#pragma once

#include <cstddef>
#include <utility>

#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"
#include "common/clock.h"

namespace book::http {

/// One connection: what goes wrong with it concerns nobody else. `open` counts those that have not
/// ended; one that is dropped has not.
template <class Handle, class Client>
Async<> alone(Handle& handle, Client client, std::size_t& open) {
  try {
    co_await handle(std::move(client));
  } catch (...) {
    // The client has gone away in the middle, as clients do.
  }
  --open;
}

/// Accepts forever.
template <class Listener, class Handle>
Async<> accept_into(TaskScope& scope, Listener listener, Handle& handle, std::size_t& open) {
  for (;;) {
    auto client = co_await listener.accept();
    scope.spawn(alone(handle, std::move(client), open));
    ++open;
  }
}

/// Runs handle(client) for each client, side by side, until `stop` is cancelled. From then on
/// nobody is accepted, and what was begun has `grace` to end; what has not ended then is dropped.
/// Gives how many that were. When it ends, the listener and all connections are gone.
template <class Listener, class Handle>
Async<std::size_t> serve_until(Listener listener, Handle handle, CancellationToken stop,
                               Duration grace) {
  std::size_t open = 0;
  auto body = [&](TaskScope& scope) -> Async<> {
    Async<> accepting = accept_into(scope, std::move(listener), handle, open);
    co_await stop.run_until_cancelled(std::move(accepting));  // and the listener goes with it
  };
  // Only borrowed by those who wait for it, so it goes on when they give up.
  auto connections = task_scope(body);
  const auto ended = co_await stop.run_until_cancelled(connections);
  if (!ended) co_await timeout(grace, connections);
  co_return open;
}

}  // namespace book::http
