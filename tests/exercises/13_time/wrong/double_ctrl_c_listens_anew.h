// Wrong: makes a listener for each round: between two of them it is deaf.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "13_time/signal.h"
#include "common/reactor/reactor.h"
#include "common/stream.h"

namespace book::exercise {

enum class Ending {
  finished,         ///< nobody asked
  asked_to_stop,    ///< the work has ended, after it was asked
  stopped_at_once,  ///< it was dropped
};

/// Sets `please_stop` at the first SIGINT. Owns the work.
template <Future F>
Async<Ending> run_until_stopped(F work, bool& please_stop) {
  auto running = fuse(std::move(work));
  std::optional<Instant> asked;
  Ending ending = Ending::finished;

  auto on_stop = [&](int) {
    const Instant now = Reactor::current().now();
    if (asked && now - *asked <= std::chrono::seconds(2)) {
      ending = Ending::stopped_at_once;
      return false;
    }
    asked = now;
    please_stop = true;
    return true;
  };
  auto on_end = [&] {
    ending = asked ? Ending::asked_to_stop : Ending::finished;
    return false;
  };

  for (;;) {
    auto first = select_biased(on(signal(SIGINT), on_stop), on(running, on_end));
    const bool more = co_await first;
    if (!more) break;
  }
  co_return ending;
}

}  // namespace book::exercise
