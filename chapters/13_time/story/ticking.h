// Ticks, and those who are late for them: three intervals and one slow consumer, a beat that
// drifts, and a flood.
#pragma once

#include "05_async_await/async.h"
#include "13_time/interval.h"

namespace book::story {

/// Takes ticks for 900 ms and draws when. Each keeps it busy for 25 ms, the third for 350.
Async<> slow_consumer(const char* name, MissedTicks missed);

/// How a beat of 100 ms, with 3 ms of work in each, does over an hour.
Async<> beats_by_sleeping();
Async<> beats_by_interval();

/// The trap: a heartbeat every second, and an hour in which nobody looks.
Async<> heartbeat_after_a_stall(const char* name, MissedTicks missed);

}  // namespace book::story
