// One connection, from its first byte to its last: the `handle_connection` of the book.
#pragma once

#include <new>
#include <system_error>
#include <thread>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/yield_now.h"
#include "17_io/bytes/io.h"
#include "20_web_server/server/conversation.h"
#include "20_web_server/server/exchange.h"
#include "20_web_server/server/linger.h"
#include "20_web_server/server/site.h"
#include "20_web_server/server/watch.h"
#include "common/reactor/reactor.h"

namespace book::http {

/// What is rare, and takes its time: in a frame of its own, which a connection has only then.
template <class S>
Async<void> take_time(S& stream, Conversation& talk, Watch& watch, Next next, const Site& site) {
  switch (next) {
    case Next::advance:
      co_await yield_now();
      break;
    case Next::sleep:
      if (site.thread_naps) {
        std::this_thread::sleep_for(talk.delay());
      } else {
        co_await unless_over(watch, sleep(talk.delay()));
      }
      break;
    case Next::linger:
      co_await unless_over(watch, linger(stream));
      break;
    default:
      break;
  }
}

/// -1 for a stream that has none, as a mock.
template <class S>
int socket_of(const S& stream) {
  if constexpr (requires { stream.fd(); })
    return stream.fd();
  else
    return -1;
}

/// Talks HTTP on `stream` until either side has enough. What goes wrong with one connection
/// concerns nobody else, so no exception of it leaves.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<void> handle_connection(S stream, Site& site,
                                                                     Watch watch) {
  Conversation talk(site, socket_of(stream));
  try {
    for (;;) {
      Next next = talk.advance(Reactor::current().coarse_now());
      const Came came = co_await exchange(stream, talk, watch, next);
      if (next == Next::close && talk.has_unread()) next = Next::linger;
      if (came == Came::end || next == Next::close) break;
      if (came == Came::too_late) talk.give_up(Reactor::current().coarse_now());
      if (next == Next::read) continue;
      co_await take_time(stream, talk, watch, next, site);
      if (next == Next::linger || site.watches.all_ends()) break;
    }
    if (!talk.output().empty()) slam_at_close(socket_of(stream));
  } catch (const std::system_error&) {
    // The client has gone away in the middle, as clients do.
  } catch (const UnexpectedEnd&) {
    // A file has shrunk while it was sent: the client sees the connection end too early.
  } catch (const std::bad_alloc&) {
    // No memory for its buffers: others may have more luck.
  }
}

/// The same, for whoever does not count its connections.
template <class S>
requires AsyncRead<S> && AsyncWrite<S> Async<void> handle_connection(S stream, Site& site) {
  return handle_connection(std::move(stream), site, Watch(site.watches));
}

}  // namespace book::http
