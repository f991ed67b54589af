// The run loop of chapter 08's story: a tick starts the fetching of a number, a number starts a
// run. Once with one run at a time, the newest; once with as many as there are.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

/// Says what it does with the time since `start`. A new number drops the run of the old one.
Async<> newest_run_only(Instant start);

/// A new number adds a run to those that are under way.
Async<> every_run(Instant start);

}  // namespace book::story
