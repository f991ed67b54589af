// The jumpers: jumper n jumps n times, and reports. Many of them at once, and one that falls.
#pragma once

#include <cstddef>

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Lets 150 of them jump, at most `at_once` at the same time. One of them falls; that ends it, and
/// takes all the others out of the air.
Async<> jump_around(Instant start, std::size_t at_once);

}  // namespace book::story
