// Exercise 3: is anybody there?
//
//     last byte    silence     ping    answer      nothing has come: it ends
//        |-----------------------|-------------------|
//
//   - When nothing has come for `silence`, counted from the last byte: one ping.
//   - When nothing has come for `answer` after the ping either, it ends.
//   - Any byte is life, not only a pong: then the silence begins anew, from that byte.
//   - It never asks those who talk, and never twice before an answer.
//   - It may be dropped at any time.
//
// `Line` has: Instant heard(), when a byte last came (at first, when the connection began); Instant
// ponged(), when the last pong came; and void ping(). Time is virtual.
#pragma once

#include "02_timer_future/now.h"
#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::exercise {

template <class Line>
Async<> heartbeat(Line& line, Duration silence, Duration answer) {
  // TODO: this one gives up without having asked.
  (void)line;
  co_await sleep(silence + answer);
}

}  // namespace book::exercise
