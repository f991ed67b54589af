// What the pending tasks of a test that hangs wait for: the part of the watchdog's message that
// knows executors.
#pragma once

#include <string>

namespace book::test {

/// Asks every other thread of this process what its executor's tasks wait for. Empty when no thread
/// runs an executor. For a process that is about to end: it interrupts the threads with a signal
/// (SIGUSR2), and one that does not answer within a second is passed over.
std::string report_pending_tasks();

}  // namespace book::test
