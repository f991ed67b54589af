// A lighthouse and its day, from six to six: a schedule of timers that are hours apart.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

/// Prints what happens, with the time on the clock: it is six when the day begins.
Async<> day_at_the_lighthouse();

}  // namespace book::story
