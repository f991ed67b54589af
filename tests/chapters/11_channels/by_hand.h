// What the tests of the channels poll by hand, and send.
#pragma once

#include <cstdint>
#include <stdexcept>

#include "support/drop_counter.h"
#include "support/hand.h"

namespace book::test {

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
