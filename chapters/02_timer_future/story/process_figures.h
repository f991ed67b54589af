// What the system counts for this process: its threads and its memory, from /proc/self/status.
#pragma once

namespace book {

struct ProcessFigures {
  int threads = 0;
  long long memory_kib = 0;         ///< resident, and the page tables that map it
  long long address_space_kib = 0;  ///< reserved, whether it is used or not
};

/// How many threads this program may start: no limit of ours, but ThreadSanitizer ends a program
/// that has more than 8,128 of them.
extern const int kThreadLimit;

/// Throws std::runtime_error where there is no /proc.
ProcessFigures read_process_figures();

/// Gives freed memory back to the system, so that what comes next is counted and not hidden in it.
void return_free_memory() noexcept;

}  // namespace book
