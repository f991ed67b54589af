// Stop: what ends a server, all its threads together. Two tokens of chapter 10, one the child of
// the other:
//
//     abort ----> stop         abort() reaches both, request_stop() only the second
#pragma once

#include "10_spawning/cancellation_token.h"

namespace book::http {

/// All of it may be used on any thread.
class Stop {
 public:
  /// Finish what was begun, and begin nothing new.
  void request_stop() const { stop_.cancel(); }
  /// Leave it.
  void abort() const { abort_.cancel(); }
  bool is_requested() const noexcept { return stop_.is_cancelled(); }

  const CancellationToken& token() const noexcept { return stop_; }

  /// Futures of the two.
  Cancelled requested() const { return stop_.cancelled(); }
  Cancelled aborted() const { return abort_.cancelled(); }

 private:
  CancellationToken abort_;
  CancellationToken stop_ = abort_.child_token();
};

}  // namespace book::http
