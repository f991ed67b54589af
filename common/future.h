// concept Future: something that can be polled until it gives a value.
// PinnedOncePolled: the base that keeps a future from being moved once it was polled, and from
// being polled once it has ended. Chapter 01 uses it first, chapter 06 explains it.
//
// The contract every future of this book keeps (tests/support/contract.h checks it):
//   1. Making it does nothing; work starts at the first poll.
//   2. `pending` means that the waker of the latest poll is stored where it will be fired.
//   3. Polling more often than needed is harmless.
//   4. A poll may throw; the future is then finished. Polling a finished future throws logic_error.
//   5. Destroying it, at any moment, cancels it.
//   6. It can be moved until the first poll and never after.
#pragma once

#include <concepts>
#include <stdexcept>
#include <type_traits>

#include "common/poll.h"
#include "common/waker.h"

namespace book {

template <class F>
using OutputOf = typename std::remove_cvref_t<F>::Output;

template <class F>
concept Future = requires(std::remove_cvref_t<F>& future, Context& cx) {
  typename OutputOf<F>;
  { future.poll(cx) } -> std::same_as<Poll<OutputOf<F>>>;
};

/// Keeps contract points 4 and 6. A future's poll calls `enter()` first and returns
/// `pin_.pending()` when it has to wait; whatever else ends the poll, a value or an
/// exception, has ended the future.
class PinGuard {
 public:
  PinGuard() = default;
  PinGuard(PinGuard&& other) : state_(other.state_) {
    if (was_polled()) throw std::logic_error("a future was moved after its first poll");
    other.state_ = State::moved;
  }
  PinGuard& operator=(PinGuard&&) = delete;
  ~PinGuard() = default;

  void enter() {
    if (state_ >= State::finished) refuse();
    state_ = State::finished;
  }
  [[nodiscard]] Pending pending() noexcept {
    state_ = State::waiting;
    return Pending{};
  }

  /// Not polled yet; what a move has left behind is not fresh either.
  bool is_fresh() const noexcept { return state_ == State::fresh; }
  /// For destructors: there may be something to undo. What a move has left behind was never polled.
  bool was_polled() const noexcept { return state_ == State::waiting || state_ == State::finished; }
  bool is_finished() const noexcept { return state_ == State::finished; }

 private:
  [[noreturn]] void refuse() const {
    if (state_ == State::moved) {
      throw std::logic_error(
          "a future was polled after it had been moved away: poll it where it is, without a move");
    }
    throw std::logic_error(
        "a future was polled after it had finished "
        "(or it waits, and its poll did not say pin_.pending())");
  }

  enum class State : unsigned char { fresh, waiting, finished, moved };
  State state_ = State::fresh;
};

/// The base of every hand-written future, with its guard. A base is moved before any member, so
/// a move that the guard refuses leaves the members where they are.
class PinnedOncePolled {
 protected:
  PinGuard pin_;
};

}  // namespace book
