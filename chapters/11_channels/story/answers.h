// A oneshot, and an actor that answers by them: parts 1 and 3 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> one_answer(Instant start);
Async<> an_actor(Instant start);

}  // namespace book::story
