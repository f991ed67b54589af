// JoinError: what awaiting a task throws when the task ended without an output of its own.
#pragma once

#include <stdexcept>

#include "common/trace.h"

namespace book {

/// The task's own exception never comes as a JoinError: it comes as itself.
class JoinError : public std::runtime_error {
 public:
  enum class Why {
    aborted,         ///< abort() was called
    executor_ended,  ///< its executor ended first, and dropped it
    scope_ended,     ///< its task_scope ended first, and dropped it
  };

  JoinError(Why why, Place spawned_at);

  Why why() const noexcept { return why_; }
  /// Where the task was spawned.
  Place spawned_at() const noexcept { return spawned_at_; }

 private:
  Why why_;
  Place spawned_at_;
};

}  // namespace book
