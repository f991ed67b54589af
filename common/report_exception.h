// What becomes of an exception that leaves a spawned task: no other task waits for it, so none can
// catch it. Chapter 03 explains it.
#pragma once

#include "common/trace.h"

namespace book {

/// Says on stderr what the exception was, and where the task that it ended was spawned. Called
/// where the exception is being handled.
void report_exception(Place spawned_at) noexcept;

}  // namespace book
