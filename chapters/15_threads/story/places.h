// On which thread a task goes on, and what may go with it: parts 7 and 8 of the program.
#pragma once

namespace book::story {

void one_moves_and_one_stays();
void what_may_cross();

/// A trap: a thread_local that is set before an await, and read after it.
void keeps_it_in_a_thread_local();
/// A trap: what belongs to a thread is dropped on another one. The program ends there.
void drops_it_elsewhere();

}  // namespace book::story
