// One connection, from its first byte to its last: the `handle_connection` of the book.
#pragma once

#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "17_io/bytes/io.h"
#include "20_web_server/server/connection_error.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/exchange.h"
#include "20_web_server/server/linger.h"
#include "20_web_server/server/or_shutdown.h"
#include "20_web_server/server/site.h"
#include "20_web_server/server/timeout_queues.h"
#include "common/reactor/reactor.h"

namespace book::http {

/// -1 for a stream that has none, as a mock.
template <class S>
int socket_of(const S& stream) {
  if constexpr (requires { stream.fd(); })
    return stream.fd();
  else
    return -1;
}

/// What is rare, and takes its time: in a frame of its own, which a connection has only then.
template <class S>
Async<> take_time(S& stream, ConnectionTimeout& timeout, Next next, const Site& site) {
  switch (next.action) {
    case Next::yield:
      co_await yield_now();
      break;
    case Next::sleep:
      if (site.settings.blocking_sleep) {
        // blocks: for the demonstration
        std::this_thread::sleep_for(next.delay);
      } else {
        co_await or_shutdown(timeout, sleep(next.delay));
      }
      break;
    case Next::settle:
      if (socket_of(stream) < 0 || is_settled(socket_of(stream))) break;
      [[fallthrough]];
    case Next::linger:
      co_await or_shutdown(timeout, linger(stream));
      break;
    default:
      break;
  }
}

/// Talks HTTP on `stream` until either side has enough. What goes wrong with one connection
/// concerns no other, so no exception of it leaves.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<> handle_connection(S stream, Site& site,
                                                                 [[maybe_unused]] Permit permit) {
  ++site.accepted;
  ConnectionTimeout timeout(site.timeouts);
  try {
    Conversation talk(site.http, site.log.peer_of(socket_of(stream)));
    for (;;) {
      const Next next = talk.advance(Reactor::current().coarse_now());
      const ReadResult result = co_await exchange(stream, talk, timeout, next);
      if (result == ReadResult::closed || next.action == Next::close) break;
      if (result == ReadResult::timed_out) talk.answer_timeout(Reactor::current().coarse_now());
      if (next.action == Next::read) continue;
      co_await take_time(stream, timeout, next, site);
      if (next.is_end() || site.shutdown.is_aborted()) break;
    }
    if (!talk.output().empty()) reset_on_close(socket_of(stream));
  } catch (...) {
    ignore_connection_error();
  }
}

/// The same, for a caller that has so few connections that there is a permit for each.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<> handle_connection(S stream, Site& site) {
  return handle_connection(std::move(stream), site, site.connections.try_acquire().value());
}

}  // namespace book::http
