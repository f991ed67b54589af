// race(a, b, ...): the value of the first one that ends, or its exception. It does not say which
// one that was: all give the same kind of value, as mirrors of one file do.
//
//     race       the first to end        an exception is an end like any other
//     race_ok    the first to succeed    an exception takes its future out of the race;
//                                        when all have failed, AllFailed tells each one's reason
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include "08_select/common_output.h"
#include "08_select/contest.h"
#include "08_select/operand.h"
#include "common/future.h"

namespace book {

/// What race_ok throws when no future has won. Its text has every failure, in the order written.
class AllFailed : public std::runtime_error {
 public:
  explicit AllFailed(std::vector<std::exception_ptr> failures);
  const std::vector<std::exception_ptr>& failures() const noexcept { return failures_; }

 private:
  std::vector<std::exception_ptr> failures_;
};

namespace detail {

/// An operand of race_ok: it keeps the exception that takes it out of the race.
template <class F>
class Attempt : public Operand<F> {
 public:
  using Operand<F>::Operand;

  Poll<OutputOf<F>> poll(Context& cx) {
    try {
      return Operand<F>::poll(cx);
    } catch (...) {
      failure_ = std::current_exception();
    }
    this->drop();
    return pending;
  }
  const std::exception_ptr& failure() const noexcept { return failure_; }

 private:
  std::exception_ptr failure_;
};

template <bool kFirstSuccess, class... Fs>
class [[nodiscard]] Race : PinnedOncePolled {
  template <class F>
  using Entrant = std::conditional_t<kFirstSuccess, Attempt<F>, Operand<F>>;

 public:
  using Output = CommonOutput<OutputOf<Fs>...>;

  explicit Race(Fs&&... futures) : contest_(std::in_place, std::forward<Fs>(futures)...) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    std::optional<Poll<Output>> winner;
    const auto won = [&]<class Position, class T>(Position, Poll<T>&& poll) {
      if constexpr (std::is_void_v<T>) {
        winner.emplace(Poll<T>::ready());
      } else {
        winner.emplace(Poll<Output>::ready(std::move(poll).value()));
      }
    };
    if (!contest_.poll(cx, won)) {
      if (contest_.is_over()) give_up(std::index_sequence_for<Fs...>());
      cx.waits_for(kFirstOfSeveral);
      return pin_.pending();
    }
    contest_.drop();
    return *std::move(winner);
  }

 private:
  template <std::size_t... kPositions>
  [[noreturn]] void give_up(std::index_sequence<kPositions...>) {
    if constexpr (kFirstSuccess) {
      std::vector<std::exception_ptr> failures;
      const auto keep = [&](const std::exception_ptr& failure) {
        if (failure) failures.push_back(failure);
      };
      (keep(contest_.template at<kPositions>().failure()), ...);
      if (!failures.empty()) throw AllFailed(std::move(failures));
    }
    throw std::logic_error("race: every future it was given had ended before");
  }

  Contest<Order::fair, Entrant<Fs>...> contest_;
};

template <bool kFirstSuccess>
struct RaceFn {
  /// An lvalue is borrowed and keeps its state when it loses, an rvalue is owned and dropped when
  /// the race ends.
  template <Future... Fs>
  requires(sizeof...(Fs) > 0) Race<kFirstSuccess, Fs...>
  operator()(Fs&&... futures) const {
    return Race<kFirstSuccess, Fs...>(std::forward<Fs>(futures)...);
  }
};

}  // namespace detail

inline constexpr detail::RaceFn<false> race{};
inline constexpr detail::RaceFn<true> race_ok{};

}  // namespace book
