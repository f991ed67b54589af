// One poll at a time, on whatever thread: parts 1 to 3 of the program.
#pragma once

namespace book::story {

void the_same_thousand();
void four_at_the_same_moment();
void woken_while_it_is_polled();

}  // namespace book::story
