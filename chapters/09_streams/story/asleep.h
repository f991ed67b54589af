// A trap: a loop that awaits something else puts the futures inside a buffer to sleep. And its
// cure.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Reads pages from a buffer, and takes 1 s over each.
Async<> reads_in_the_loop(Instant start);
/// The same with the reading inside the pipeline.
Async<> reads_in_the_pipeline(Instant start);

}  // namespace book::story
