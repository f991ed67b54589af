// A receive that is given up now and then, through two channels: part 4 of the program.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> give_up_receiving(Instant start);
/// The same through a HandOver.
Async<> give_up_what_is_in_the_hands(Instant start);

}  // namespace book::story
