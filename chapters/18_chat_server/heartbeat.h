// heartbeat(wire, mailbox, ...): ends when the other side is there no more, although nothing has
// told us: a cable that was pulled, a phone in a tunnel. Such a peer is half open: it reads
// nothing, writes nothing, and no end comes.
//
//     heard     30 s of silence      ping     10 s           nothing has come: ended
//       |------------------------------|--------------|
//                                          any byte: it lives, and the silence begins anew
//
// A ping goes into the mailbox's slot, so there is never more than one under way. Chapter 18
// explains it.
#pragma once

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "18_chat_server/farewell.h"
#include "18_chat_server/mailbox.h"
#include "18_chat_server/wire.h"

namespace book::chat {

/// Borrows both. What they say counts as well as an answer: data is life, too.
template <Wire W>
Async<Farewell> heartbeat(const W& wire, Mailbox& mailbox, Duration silence, Duration answer) {
  for (;;) {
    const Instant heard = wire.heard();
    co_await sleep_until(heard + silence);
    if (wire.heard() != heard) continue;
    mailbox.ask();
    co_await sleep(answer);
    if (wire.heard() == heard) break;
  }
  co_return Farewell{Why::silent};
}

}  // namespace book::chat
