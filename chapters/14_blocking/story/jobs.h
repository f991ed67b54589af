// The pool: how many at once, in which order, and what can still be called off: parts 4, 5 and 8.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

Async<> ten_jobs();
Async<> called_off();
Async<> the_end_of_a_pool();

}  // namespace book::story
