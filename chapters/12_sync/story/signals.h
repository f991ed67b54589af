// News without data, and rounds: parts 5 and 6 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> one_is_kept_and_all_is_not(Instant start);
Async<> a_walk_in_stages(Instant start);

/// A trap: looks, does something else, and only then asks to be told.
Async<> looks_and_then_asks(Instant start);

}  // namespace book::story
