// So many at a time: part 3 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> four_at_a_time(Instant start);

/// A trap: each permit is forgotten, and soon there are none.
Async<> forgets_its_permits(Instant start);

}  // namespace book::story
