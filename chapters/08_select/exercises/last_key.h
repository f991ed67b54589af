// Exercise 1: last_key.
//
// Somebody types into a search field. Searching at every key is too much: you want to search once
// the typing has stopped for a moment.
//
//     std::optional<std::string> text = co_await last_key(keys, 50ms);
//
//     keys      a   b  c                                   d
//     time   ---+---+--+---------+---------------------... +---------+---
//                       <- 50 ms ->                        <- 50 ms ->
//     gives                      c                                   d      (the second call)
//
// It waits for a first key, however long that takes. From then on, every key starts the pause
// afresh. When the pause has passed without another key, it gives the last one. A pause under way
// runs to its end even if the stream has ended. When the stream ends without any key, it gives
// nothing.
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
  // TODO: this gives the first key at once. Two things can happen next, a key or the end of the
  // pause: that is a select, in a loop. What kind of future is a pause that can be set again?
  (void)quiet;
  std::optional<ItemOf<S>> key = co_await next(keys);
  co_return key;
}

}  // namespace book::exercise
