// Exercise 1: a heart that beats until it is told to stop, and then says goodbye.
//
//     int beats = co_await heartbeat_until(token, 100ms, send_beat, send_goodbye);
//
//     |--- period ---|beat|--- period ---|beat|--- per X      the token is cancelled
//                                                     |goodbye|  and only then it ends
//
// `beat` and `goodbye` are functions: calling one gives a future that sends something.
//   - Each beat comes one period after the last one was sent; the first, one period after the
//     start.
//   - When the token is cancelled in a pause, the pause ends at once.
//   - When it is cancelled during a beat, that beat is sent to its end: half a message is worse
//     than none.
//   - The goodbye is sent last, to its end, whatever came before: also when a beat has thrown.
//     Its exception comes out after the goodbye.
// Gives the number of beats that were sent.
#pragma once

#include <exception>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"

namespace book::exercise {

template <class Beat, class Goodbye>
Async<int> heartbeat_until(CancellationToken token, Duration period, Beat beat, Goodbye goodbye) {
  // TODO: this one sends a single beat, and hears nothing. token.run_until_cancelled(f) is a future
  // of what f gives; it is an empty optional when the token was quicker.
  (void)token;
  co_await sleep(period);
  co_await beat();
  co_await goodbye();
  co_return 1;
}

}  // namespace book::exercise
