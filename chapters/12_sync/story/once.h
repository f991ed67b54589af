// Once, by three who ask at the same moment: part 7 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> once_by_three(Instant start);

}  // namespace book::story
