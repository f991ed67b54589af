// Four ways to cancel the same reader, each at 150 ms, half way through page 2.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// The future is dropped by its owner.
Async<> cancel_by_dropping(Instant start);
/// The reader is a task, and its handle says abort().
Async<> cancel_by_abort(Instant start);
/// The reader listens to a token, and ends by itself.
Async<> cancel_by_token(Instant start);
/// The reader loses against a clock.
Async<> cancel_by_timeout(Instant start);

}  // namespace book::story
