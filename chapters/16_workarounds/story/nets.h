// The book's NotSend, in four places, and what stops it there: part 6 of the program.
#pragma once

namespace book::story {

void four_nets();

}  // namespace book::story
