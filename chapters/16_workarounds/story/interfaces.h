// Virtual functions that are coroutines, beside templates: part 4 of the program.
#pragma once

#include "05_async_await/async.h"

namespace book::story {

void what_a_virtual_call_takes();

/// Traps: an object that goes while a call of it is under way; a default argument.
Async<> goes_under_a_call();
Async<> asks_with_a_default();

}  // namespace book::story
