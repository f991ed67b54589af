// What one poll that takes long does to all the others, and the cures: parts 1, 2, 3 and 6.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

Async<> a_call_that_blocks();
Async<> the_same_on_another_thread();
Async<> a_long_computation();
Async<> who_holds_us_up();

}  // namespace book::story
