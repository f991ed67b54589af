// The cancellation trap of chapter 08: a read that loses a select, and what it had read already.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Waits for a message, with a heartbeat meanwhile. Each round of its select makes the read anew:
/// what the old one had read is lost.
Async<> read_made_anew(Instant start);

/// The same with one read for all rounds, which select borrows: nothing is lost.
Async<> read_borrowed(Instant start);

}  // namespace book::story
