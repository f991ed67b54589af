// Boxes that hold several kinds, and blocks that are coroutines: parts 5 and 7 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> of_several_kinds(Instant start);
Async<> blocks(Instant start);

/// A trap: coroutine lambdas in a vector that goes before they run.
Async<> goes_before_they_run();

}  // namespace book::story
