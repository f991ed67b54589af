// One to many: a broadcast with a slow listener, and a watch. Parts 6 and 7 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> a_slow_listener(Instant start);
Async<> a_thermometer(Instant start);

}  // namespace book::story
