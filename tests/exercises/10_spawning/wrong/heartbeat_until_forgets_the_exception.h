// Wrong: the exception passes by the goodbye.
#pragma once

#include <exception>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"

namespace book::exercise {

template <class Beat, class Goodbye>
Async<int> heartbeat_until(CancellationToken token, Duration period, Beat beat, Goodbye goodbye) {
  int beats = 0;
  for (;;) {
    auto pause = token.run_until_cancelled(sleep(period));
    const auto over = co_await pause;
    if (!over) break;
    co_await beat();
    ++beats;
  }
  co_await goodbye();
  co_return beats;
}

}  // namespace book::exercise
