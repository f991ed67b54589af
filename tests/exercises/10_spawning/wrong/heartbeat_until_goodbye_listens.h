// Wrong: the goodbye is run until cancelled, too.
#pragma once

#include <exception>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "10_spawning/cancellation_token.h"

namespace book::exercise {

template <class Beat, class Goodbye>
Async<int> heartbeat_until(CancellationToken token, Duration period, Beat beat, Goodbye goodbye) {
  int beats = 0;
  std::exception_ptr failure;
  try {
    for (;;) {
      auto pause = token.run_until_cancelled(sleep(period));
      const auto over = co_await pause;
      if (!over) break;
      co_await beat();
      ++beats;
    }
  } catch (...) {
    failure = std::current_exception();
  }
  auto last_words = token.run_until_cancelled(goodbye());
  co_await last_words;
  if (failure) std::rethrow_exception(failure);
  co_return beats;
}

}  // namespace book::exercise
