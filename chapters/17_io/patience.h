// finishes_within: a future, and how long we wait for it. Chapter 13 has `timeout`, which drops
// what came too late. This one borrows: whether the future is dropped or asked again is your
// decision, and chapter 17's traps are about that decision.
#pragma once

#include "02_timer_future/sleep.h"
#include "05_async_await/async.h"
#include "05_async_await/simple_futures.h"
#include "common/future.h"

namespace book::story {

/// True when `future` is ready before `patience` has passed. `future` has to outlive this.
template <Future F>
Async<bool> finishes_within(Duration patience, F& future) {
  Sleep alarm = sleep(patience);
  auto either = poll_fn([&](Context& cx) -> Poll<bool> {
    if (future.poll(cx).is_ready()) return true;
    if (alarm.poll(cx).is_ready()) return false;
    return pending;
  });
  bool in_time = co_await either;
  co_return in_time;
}

}  // namespace book::story
