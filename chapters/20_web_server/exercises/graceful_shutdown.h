// Exercise 2: a graceful shutdown. To stop a server is easy: exit(0). Whoever was in the middle of
// a download would not agree.
//
//     serve                     stop                    the grace is over
//     ---------------------------|---------------------------|------> time
//     1  |==========|            |                           |
//     2                 |========|=====|  finishes           |
//     3                     |====|===========================X  is dropped: 1
//     4                          | - nobody opens: the listener is gone
//
//   - Each client is accepted, and handle(client) is run for it, beside the others. One that throws
//     concerns nobody else.
//   - `stop` is cancelled: the listener goes, at once, so that a client hears that nobody is there
//     and may ask another server.
//   - What was begun may finish. When the last one has, the server ends: it does not wait for
//     nothing.
//   - What has not ended `grace` after the stop is dropped. serve_until gives how many these were.
//   - When it ends, and when it is itself dropped, no connection is left behind.
//
// You know all the pieces: a CancellationToken, a timeout, and something that owns tasks:
// task_scope or JoinSet (chapter 10).
//
// Run its test with: make exercise CHAPTER=20
#pragma once

#include <cstddef>
#include <exception>
#include <utility>

#include "04_io_executor/executor.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"
#include "10_spawning/join_set.h"
#include "10_spawning/task_scope.h"
#include "10_spawning/timeout.h"
#include "common/clock.h"
#include "common/future.h"

namespace book::http {

/// Runs handle(client) for each client, side by side, until `stop` is cancelled. From then on
/// nobody is accepted, and what was begun has `grace` to end; what has not ended then is dropped.
/// Gives how many that were. When it ends, the listener and all connections are gone.
template <class Listener, class Handle>
Async<std::size_t> serve_until(Listener listener, Handle handle, CancellationToken stop,
                               Duration grace) {
  // TODO: this one never hears of the stop, and nobody owns the tasks.
  (void)stop;
  (void)grace;
  for (;;) {
    auto client = co_await listener.accept();
    spawn_detached(handle(std::move(client)));
  }
  co_return 0;
}

}  // namespace book::http
