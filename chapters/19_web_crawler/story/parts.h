// The parts of the story. Each is told on an executor of its own, and is given the time at which it
// begins.
#pragma once

#include "05_async_await/async.h"
#include "common/clock.h"

namespace book::story {

Async<> one_page(Instant start);
Async<> the_same_crawl(Instant start);
Async<> the_limit_in_the_wrong_place(Instant start);
Async<> a_host_that_has_enough(Instant start);
Async<> which_pages(Instant start);
Async<> what_is_left(Instant start);

Async<> stops_at_an_empty_queue(Instant start);
Async<> a_timeout_a_read(Instant start);
Async<> sleeps_with_its_place(Instant start);

}  // namespace book::story
