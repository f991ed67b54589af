// Coroutines, boxes and joins that call themselves: parts 1 to 3 of the program.
#pragma once

namespace book::story {

void a_coroutine_that_calls_itself();
void through_a_join();
void a_hundred_thousand_boxes();

}  // namespace book::story
