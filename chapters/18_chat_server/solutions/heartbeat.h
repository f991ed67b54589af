// Exercise 3: is anybody there? One answer.
#pragma once

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::exercise {

template <class Line>
Async<> heartbeat(Line& line, Duration silence, Duration answer) {
  for (;;) {
    const Instant heard = line.heard();
    co_await sleep_until(heard + silence);
    if (line.heard() != heard) continue;  // they talk
    line.ping();
    co_await sleep(answer);
    if (line.heard() == heard) break;
  }
}

}  // namespace book::exercise
