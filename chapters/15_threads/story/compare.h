// The same work on chapter 04's executor and on the pool: part 11 of the program.
#pragma once

namespace book::story {

void the_same_work_on_three_executors();

}  // namespace book::story
