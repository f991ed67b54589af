// The words in which an executor speaks of tasks that wait: for Deadlock, and for stderr.
#pragma once

#include <string>

#include "04_io_executor/task.h"

namespace book::detail {

/// More tasks than these are counted, not listed.
inline constexpr int kShown = 20;
inline constexpr char kKeepTheWaker[] =
    "\n(a future must keep cx.waker(), where somebody will fire it, before it returns pending)";

/// A line of its own: where the task was spawned, what it waits for, how many hold its waker.
void append_line(std::string& text, const Task& task);
/// On stderr.
void say(const std::string& text) noexcept;

}  // namespace book::detail
