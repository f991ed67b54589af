// Workers that help each other out: parts 4 and 5 of the program.
#pragma once

namespace book::story {

void a_full_queue_and_a_thief();
void a_worker_that_is_stuck();

}  // namespace book::story
