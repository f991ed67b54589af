// Senders that wait for room, work that was in vain, and a channel that is closed in order: parts
// 2, 5 and 8 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> two_senders_one_slow_receiver(Instant start);
Async<> compute_then_send(Instant start);
Async<> reserve_then_compute(Instant start);
Async<> a_graceful_end(Instant start);

/// A trap: the task that receives keeps a sender.
Async<> waits_for_its_own_sender(Instant start);
/// A trap: two tasks send to each other, and neither receives while it does.
Async<> in_a_circle(Instant start);

}  // namespace book::story
