// Futures and streams polled by hand, with a waker that counts.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>

#include "common/future.h"
#include "common/stream.h"
#include "support/counting_waker.h"
#include "support/drop_counter.h"

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

/// Can only be moved, and says so when it is moved or copied where it should not be.
struct Unique {
  explicit Unique(int n) : number(n) {}
  Unique(Unique&&) = default;
  Unique& operator=(Unique&&) = delete;
  int number;
};

/// Wants to lie at a round address.
struct alignas(64) Wide {
  explicit Wide(int n) : number(n) {}
  bool lies_right() const { return reinterpret_cast<std::uintptr_t>(this) % 64 == 0; }
  int number;
};

/// A move that throws when it is told to: a fault of the item, which a channel has to survive.
struct Brittle {
  explicit Brittle(int n) : number(n) {}
  Brittle(const Brittle& other) : number(other.number) { may_throw(copies_until_it_throws); }
  Brittle(Brittle&& other) : number(other.number) { may_throw(moves_until_it_throws); }
  static void may_throw(int& left) {
    if (left > 0 && --left == 0) throw std::runtime_error("it broke");
  }
  int number;
  static inline int moves_until_it_throws = 0;   // 0: never
  static inline int copies_until_it_throws = 0;  // 0: never
};

}  // namespace book::test
