// What goes wrong with a pool. README.md tells of each.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

/// A read that never ends, on a thread of the pool: the program cannot end.
Async<> reads_what_nobody_types();
/// A time-out does not stop a job.
Async<> gives_up_and_it_is_done_all_the_same();
/// Jobs that wait for jobs, on a pool that is full of those that wait.
Async<> jobs_that_wait_for_jobs();

}  // namespace book::story
