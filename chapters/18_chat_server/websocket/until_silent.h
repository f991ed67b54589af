// until_silent(socket): does the other side still live? TCP does not say: a peer whose cable was
// cut sends no end, and a connection to it stays open for hours.
//
//     last byte          +30 s: ping                 +40 s: nothing has come back
//     ----|-------------------|---------------------------|
//                              any byte at all is an answer: it starts anew
//
// Race it against the reader: whichever of the two ends first ends the member.
#pragma once

#include <algorithm>
#include <chrono>

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::ws {

/// A future that is ready when nothing has come for `silence`, and nothing for `patience` after a
/// ping. It borrows the socket; another task, or another branch of a race, has to read meanwhile.
template <class Socket>
Async<> until_silent(Socket& socket, Duration silence = std::chrono::seconds(30),
                     Duration patience = std::chrono::seconds(10)) {
  Instant heard = now();
  for (;;) {
    heard = std::max(heard, socket.last_heard());
    co_await sleep_until(heard + silence);
    if (socket.last_heard() > heard) continue;
    socket.ping();
    co_await sleep(patience);
    if (socket.last_heard() <= heard) co_return;
  }
}

}  // namespace book::ws
