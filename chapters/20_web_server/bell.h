// Bell: one thing that happens once, and that any number of threads may wait for.
//
//     any thread       ring()   closes the writing end of a pipe, into which nobody ever writes
//     any reactor      rung()   its reading end is at its end: now and for whoever comes later
//
// Stop is two of them: the order to come to an end, and the order to do so at once.
#pragma once

#include <atomic>

#include "05_async_await/async.h"
#include "17_io/descriptor.h"

namespace book::http {

class Bell {
 public:
  /// Throws std::system_error when there are no descriptors left.
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  /// Ringing again changes nothing. From any thread.
  void ring() noexcept;
  bool has_rung() const noexcept { return writer_.load(std::memory_order_acquire) < 0; }
  /// A future for whatever executor, and as many of them as are wanted. Borrows the bell.
  Async<void> rung() const;

 private:
  Descriptor reader_;
  std::atomic<int> writer_;
};

/// What ends a server, all its threads together.
class Stop {
 public:
  /// Finish what was begun, and begin nothing new. From any thread.
  void order() noexcept { order_.ring(); }
  /// Leave it.
  void order_at_once() noexcept {
    order_.ring();
    at_once_.ring();
  }
  bool is_ordered() const noexcept { return order_.has_rung(); }

  /// Futures of the two.
  Async<void> ordered() const { return order_.rung(); }
  Async<void> ordered_at_once() const { return at_once_.rung(); }

 private:
  Bell order_, at_once_;
};

}  // namespace book::http
