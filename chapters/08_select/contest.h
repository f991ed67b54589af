// Contest: several operands, and who of them is ready first. What select and race have in common.
//
//     poll:   in order, ask each one that is not terminated
//                 ready    -> it has won: hand over its value, ask no other
//                 pending  -> the next one; it has kept our waker, as every future does
//                 throws   -> the contest has ended: drop all, let it through
//
// In the order they were written, the first one that is always ready starves the others. So a fair
// contest draws its order at random, when it is first polled. The numbers are the executor's:
// --seed repeats them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "common/future.h"
#include "common/random.h"

namespace book::detail {

enum class Order { fair, as_written };

/// What a task waits for in a contest. (The operands' own reasons are in the trace.)
inline constexpr char kFirstOfSeveral[] = "the first of several futures";

/// 0 to N-1, each order as likely as any other. Polled by hand, outside of an executor: 0, 1, 2...
template <std::size_t... kPositions>
std::array<unsigned char, sizeof...(kPositions)> random_order(
    std::index_sequence<kPositions...>) noexcept {
  constexpr std::size_t kCount = sizeof...(kPositions);
  static_assert(kCount <= 20, "more operands than one number can shuffle: use FuturesUnordered");
  std::array<unsigned char, kCount> order{kPositions...};
  if (Random* random = Random::current(); random && kCount > 1) {
    if constexpr (kCount == 2) {  // as below, and never in memory: most selects have two
      const auto first = static_cast<unsigned char>(random->next_u64() % 2);
      return {first, static_cast<unsigned char>(1 - first)};
    }
    std::uint64_t number = random->next_u64();
    // Each position in turn swaps with one of those from it on. (A fold, not a loop: the compiler
    // divides by constants, which costs next to nothing.)
    ((std::swap(order[kPositions], order[kPositions + number % (kCount - kPositions)]),
      number /= kCount - kPositions),
     ...);
  }
  return order;
}

/// An operand is_terminated(), can poll(cx), and drop().
template <Order kOrder, class... Operands>
class Contest {
  static constexpr std::size_t kCount = sizeof...(Operands);

 public:
  template <class... Futures>
  explicit Contest(std::in_place_t, Futures&&... futures)
      : operands_(std::forward<Futures>(futures)...) {}

  /// Polls until one is ready, and calls won(its position, its poll) then. False: none is.
  template <class Won>
  bool poll(Context& cx, Won won) {
    try {
      return poll_all(cx, won, std::make_index_sequence<kCount>());
    } catch (...) {
      drop();
      throw;
    }
  }

  /// True when no operand is left that could win.
  bool is_over() const {
    return std::apply([](auto&... operand) { return (operand.is_terminated() && ...); }, operands_);
  }
  /// Cancels those that are owned, lets go of those that are borrowed.
  void drop() noexcept {
    std::apply([](auto&... operand) { (operand.drop(), ...); }, operands_);
  }

  template <std::size_t kPosition>
  auto& at() noexcept {
    return std::get<kPosition>(operands_);
  }

 private:
  template <class Won, std::size_t... kPositions>
  bool poll_all(Context& cx, Won& won, std::index_sequence<kPositions...>) {
    if constexpr (kOrder == Order::as_written) {
      return (ask<kPositions>(cx, won) || ...);
    } else {
      if (!drawn_) {
        order_ = random_order(std::index_sequence<kPositions...>());
        drawn_ = true;
      }
      for (const std::size_t next : order_) {
        if (((next == kPositions && ask<kPositions>(cx, won)) || ...)) return true;
      }
      return false;
    }
  }

  template <std::size_t kPosition, class Won>
  bool ask(Context& cx, Won& won) {
    auto& operand = at<kPosition>();
    if (operand.is_terminated()) return false;
    auto poll = operand.poll(cx);
    if (poll.is_pending()) return false;
    won(std::integral_constant<std::size_t, kPosition>(), std::move(poll));
    return true;
  }

  std::tuple<Operands...> operands_;
  std::array<unsigned char, kOrder == Order::fair ? kCount : 0> order_{};
  bool drawn_ = false;
};

}  // namespace book::detail
