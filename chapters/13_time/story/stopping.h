// Work that has to stop: at a deadline, and when somebody presses Ctrl-C.
#pragma once

#include "05_async_await/async.h"
#include "13_time/signal.h"
#include "common/clock.h"

namespace book::story {

/// An order in three steps. Each may take 600 ms of its own.
Async<> order_with_timeouts(Instant start);
/// The same steps, which together may take a second.
Async<> order_with_deadline(Instant start);

/// Packs parcels until somebody presses Ctrl-C, and finishes the one it has begun.
Async<> pack_until(Signal ctrl_c, Instant start);
/// The same, and somebody presses Ctrl-C after 250 ms; the log hears it too.
Async<> pack_and_press_ctrl_c(Instant start);

/// The trap: a new listener for each parcel, and somebody presses Ctrl-C between two of them.
Async<> pack_deafly(Instant start);

}  // namespace book::story
