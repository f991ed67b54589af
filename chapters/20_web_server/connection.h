// One connection, from its first byte to its last: the `handle_connection` of the book.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "17_io/io.h"
#include "20_web_server/conversation.h"
#include "20_web_server/exchange.h"
#include "20_web_server/linger.h"
#include "20_web_server/site.h"
#include "common/reactor.h"

namespace book::http {

/// What is rare, and takes its time: in a frame of its own, which a connection has only then.
template <class S>
Async<void> take_time(S& stream, Conversation& talk, Next next, const Site& site) {
  switch (next) {
    case Next::advance:
      co_await yield_now();
      break;
    case Next::sleep:
      if (site.thread_naps) {
        std::this_thread::sleep_for(talk.delay());
      } else {
        co_await sleep(talk.delay());
      }
      break;
    case Next::linger:
      co_await linger(stream);
      break;
    default:
      break;
  }
}

/// Talks HTTP on `stream` until either side has enough. What goes wrong with one connection
/// concerns nobody else, so no exception of it leaves.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<void> handle_connection(S stream, Site& site) {
  Conversation talk(site);
  try {
    for (;;) {
      const Next next = talk.advance(Reactor::current().coarse_now());
      const bool open = co_await exchange(stream, talk, next);
      if (!open || next == Next::close) break;
      if (next == Next::read) continue;
      co_await take_time(stream, talk, next, site);
      if (next == Next::linger) break;
    }
  } catch (const std::system_error&) {
    // The client has gone away in the middle, as clients do.
  } catch (const UnexpectedEnd&) {
    // A file has shrunk while it was sent: the client sees the connection end too early.
  }
}

}  // namespace book::http
