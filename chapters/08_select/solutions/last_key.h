// Exercise 1: last_key. One answer.
#pragma once

#include <optional>
#include <utility>

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "08_select/fuse.h"
#include "08_select/select.h"
#include "common/stream.h"

namespace book::exercise {

/// `keys` is borrowed: what comes later stays in it, for the next call.
template <FusedStream S>
Async<std::optional<ItemOf<S>>> last_key(S& keys, Duration quiet) {
  std::optional<ItemOf<S>> last;
  auto pause = Fuse<Sleep>::terminated();

  auto on_key = [&](ItemOf<S> key) {
    last = std::move(key);
    pause.set(sleep(quiet));
    return true;
  };
  auto on_quiet = [] { return false; };
  auto no_key_at_all = [] { return false; };

  for (;;) {
    auto round =
        select(on(select_next_some(keys), on_key), on(pause, on_quiet), complete(no_key_at_all));
    const bool more = co_await round;
    if (!more) break;
  }
  co_return last;
}

}  // namespace book::exercise
