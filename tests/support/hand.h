// Futures and streams polled by hand, with a waker that counts.
#pragma once

#include <optional>
#include <stdexcept>

#include "common/future.h"
#include "common/stream.h"
#include "support/counting_waker.h"

namespace book::test {

/// A task that a test plays itself.
struct Hand {
  template <class F>
  auto poll(F& future) const {
    Context cx(waker.waker());
    return future.poll(cx);
  }
  template <class F>
  bool is_pending(F& future) const {
    return poll(future).is_pending();
  }
  template <class F>
  bool is_ready(F& future) const {
    return poll(future).is_ready();
  }
  /// The next item, or empty at the end. It has to be there.
  template <class S>
  std::optional<ItemOf<S>> take(S& stream) const {
    Context cx(waker.waker());
    auto item = stream.poll_next(cx);
    if (item.is_pending()) throw std::logic_error("take(): there is no item, nor an end");
    return std::move(item).value();
  }
  template <class S>
  bool waits(S& stream) const {
    Context cx(waker.waker());
    return stream.poll_next(cx).is_pending();
  }
  int wakes() const { return waker.wakes(); }

  CountingWaker waker;
};

}  // namespace book::test
