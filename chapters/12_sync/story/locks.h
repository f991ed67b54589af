// A lock that is held across an await, std::mutex and ours: parts 1 and 2 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> a_std_mutex_across_an_await(Instant start);
Async<> the_mutex_of_this_chapter(Instant start);

/// A trap: a lock that is handed to a future which nothing polls.
Async<> locks_and_gives_up(Instant start);

}  // namespace book::story
