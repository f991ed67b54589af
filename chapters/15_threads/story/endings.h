// Silence, and the end of a pool: parts 9 and 10 of the program, and traps.
#pragma once

namespace book::story {

void two_that_wait_for_each_other();
void the_end_of_a_pool();

/// Traps. Each but the last two throws.
void forgets_its_waker();
void has_a_virtual_clock();
void has_a_seed();
void has_too_many_workers();
void ends_the_pool_inside();
void runs_the_pool_inside();
/// Ends the program: a destructor cannot throw.
void destroys_the_pool_inside();
void never_returns();

}  // namespace book::story
