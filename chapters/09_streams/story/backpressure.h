// A producer that could send at once, a consumer that takes its time, and a channel of two places.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Says what either of them does, with the time and what is in the channel by then.
Async<> fast_producer_slow_consumer(Instant start);

}  // namespace book::story
