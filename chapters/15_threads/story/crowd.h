// Threads that wait against tasks that wait: part 6 of the program.
#pragma once

namespace book::story {

/// `threads` threads, as many tasks, and `tasks` tasks. When the system has fewer threads to give,
/// it goes on with those, and says so on stderr.
void threads_against_tasks(int threads, int tasks);

}  // namespace book::story
