// Clean-up that must itself wait. A destructor cannot: four attempts, of which three free the
// lock.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// The code behind the await frees the lock, and never runs: the work was dropped.
Async<> clean_up_behind_the_await(Instant start);
/// Frees the lock after an exception, outside the catch block.
Async<> clean_up_after_catch(Instant start);
/// Only the work listens to the token; the clean-up does not.
Async<> clean_up_after_token(Instant start);
/// A task of its own waits for the work's end, whatever it is, and frees the lock.
Async<> clean_up_by_a_caretaker(Instant start);

}  // namespace book::story
