// Wrong: gives up waiting for tasks that nobody owns.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <utility>

#include "02_timer_future/sleep.h"
#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"
#include "common/clock.h"
#include "common/future.h"

namespace book::http {

/// One connection: what goes wrong with it concerns nobody else. `open` counts those that have not
/// ended; one that is dropped has not.
template <Future F>
Async<> alone(F connection, std::shared_ptr<std::size_t> open) {
  try {
    co_await std::move(connection);
  } catch (const std::exception&) {
    // The client has gone away in the middle, as clients do.
  }
  --*open;
}

/// Accepts forever.
template <class Listener, class Handle>
Async<> accept_into(Listener listener, Handle& handle, std::shared_ptr<std::size_t> open) {
  for (;;) {
    auto client = co_await listener.accept();
    spawn_detached(alone(handle(std::move(client)), open));
    ++*open;
  }
}

/// Runs handle(client) for each client, side by side, until `stop` is cancelled. From then on
/// nobody is accepted, and what was begun has `grace` to end; what has not ended then is dropped.
/// Gives how many that were. When it ends, the listener and all connections are gone.
template <class Listener, class Handle>
Async<std::size_t> serve_until(Listener listener, Handle handle, CancellationToken stop,
                               Duration grace) {
  const auto open = std::make_shared<std::size_t>(0);
  auto body = [&](TaskScope&) -> Async<> {
    Async<> accepting = accept_into(std::move(listener), handle, open);
    co_await stop.run_until_cancelled(std::move(accepting));  // and the listener goes with it
    while (*open > 0) co_await sleep(std::chrono::milliseconds(10));
  };
  // Only borrowed by those who wait for it, so it goes on when they give up.
  auto connections = task_scope(body);
  const auto ended = co_await stop.run_until_cancelled(connections);
  if (!ended) co_await timeout(grace, connections);
  co_return *open;
}

}  // namespace book::http
