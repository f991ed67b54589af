// Wrong: everything but the goodbye listens, the beat included.
#pragma once

#include <exception>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"

namespace book::exercise {

template <class Beat>
Async<> beat_for_ever(int& beats, Duration period, Beat& beat) {
  for (;;) {
    co_await sleep(period);
    co_await beat();
    ++beats;
  }
}

template <class Beat, class Goodbye>
Async<int> heartbeat_until(CancellationToken token, Duration period, Beat beat, Goodbye goodbye) {
  int beats = 0;
  std::exception_ptr failure;
  try {
    auto heart = token.run_until_cancelled(beat_for_ever(beats, period, beat));
    co_await heart;
  } catch (...) {
    failure = std::current_exception();
  }
  co_await goodbye();
  if (failure) std::rethrow_exception(failure);
  co_return beats;
}

}  // namespace book::exercise
