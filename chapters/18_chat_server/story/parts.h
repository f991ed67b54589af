// The parts of chapter 18's story. Each runs in an executor of its own; main.cpp says which.
#pragma once

#include "04_io_executor/executor.h"

namespace book::story {

void three_people(const ExecutorOptions& options);
/// Four policies, and one who does not read.
void the_slow_reader(const ExecutorOptions& options);
void ways_to_leave(const ExecutorOptions& options);
/// Bytes go in, and bytes come out: no task is needed.
void the_wire();
void the_end(const ExecutorOptions& options);
/// In real time, over sockets of this machine.
void a_crowd(int people);

/// A trap: nothing is ever dropped from a mailbox.
void unbounded(const ExecutorOptions& options);
/// A trap: the room waits for each member.
void the_room_waits(const ExecutorOptions& options);

}  // namespace book::story
