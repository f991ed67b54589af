// Operand<F>: a future that another future polls for you: a fuse, a select, a race.
//
//     given as        F           it is          when the operand is dropped
//     a temporary     Sleep       owned          it is destroyed: cancelled
//     a named one     Sleep&      borrowed       it stays where it stands, yours to poll again
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "common/future.h"

namespace book {

/// A future that knows that it has ended (or was never begun): polling it would be pointless.
template <class F>
concept FusedFuture = Future<F> && requires(const std::remove_cvref_t<F>& future) {
  { future.is_terminated() } -> std::convertible_to<bool>;
};

namespace detail {

template <class F>
class Operand {
 public:
  Operand() = default;  // dropped from the beginning
  explicit Operand(F&& future) : held_(std::in_place, std::forward<F>(future)) {}

  /// Nothing to wait for: it was dropped, or says so itself.
  bool is_terminated() const {
    if (!held_) return true;
    if constexpr (FusedFuture<F>) return held_->future.is_terminated();
    return false;
  }
  Poll<OutputOf<F>> poll(Context& cx) { return held_->future.poll(cx); }
  void drop() noexcept { held_.reset(); }
  void set(F&& future) {
    drop();
    held_.emplace(std::forward<F>(future));
  }

 private:
  struct Held {  // an optional cannot hold a reference by itself
    explicit Held(F&& held) : future(std::forward<F>(held)) {}
    F future;
  };
  std::optional<Held> held_;
};

}  // namespace detail
}  // namespace book
