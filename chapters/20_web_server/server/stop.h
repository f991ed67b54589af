// Stop: what ends a server, all its threads together. Two tokens of chapter 10, one the child of
// the other:
//
//     at once ----> in good order         order_at_once() reaches both, order() only the second
#pragma once

#include "10_spawning/cancellation_token.h"

namespace book::http {

/// All of it may be used on any thread.
class Stop {
 public:
  /// Finish what was begun, and begin nothing new.
  void order() const { order_.cancel(); }
  /// Leave it.
  void order_at_once() const { at_once_.cancel(); }
  bool is_ordered() const noexcept { return order_.is_cancelled(); }

  const CancellationToken& token() const noexcept { return order_; }

  /// Futures of the two.
  Cancelled ordered() const { return order_.cancelled(); }
  Cancelled ordered_at_once() const { return at_once_.cancelled(); }

 private:
  CancellationToken at_once_;
  CancellationToken order_ = at_once_.child_token();
};

}  // namespace book::http
