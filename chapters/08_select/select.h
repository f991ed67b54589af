// select(a, b, ...): polls them all, and ends with the first one that is ready.
//
//     auto winner = co_await select(page, sleep(1s));      // std::variant, by position
//     if (winner.index() == 1) ...                         // the second one won
//
// select(on(a, handler), on(b, handler), ...) gives the winner's value to its handler: branches.h
// and select_with.h. select_biased polls in the order written, select in one drawn at random.
#pragma once

#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include "07_join/maybe_done.h"
#include "08_select/branches.h"
#include "08_select/contest.h"
#include "08_select/operand.h"
#include "08_select/select_with.h"
#include "common/future.h"

namespace book {
namespace detail {

template <Order kOrder, class... Fs>
class [[nodiscard]] Select : PinnedOncePolled {
 public:
  using Output = std::variant<ValueOrMonostate<OutputOf<Fs>>...>;

  explicit Select(Fs&&... futures) : contest_(std::in_place, std::forward<Fs>(futures)...) {}

  /// Throws what one of the futures throws; std::logic_error when all of them have ended before.
  Poll<Output> poll(Context& cx) {
    pin_.enter();
    std::optional<Output> winner;
    const auto won = [&]<class Position, class T>(Position, Poll<T>&& poll) {
      if constexpr (std::is_void_v<T>) {
        winner.emplace(std::in_place_index<Position::value>);
      } else {
        winner.emplace(std::in_place_index<Position::value>, std::move(poll).value());
      }
    };
    if (!contest_.poll(cx, won)) {
      if (contest_.is_over())
        throw std::logic_error("select: every future it was given had ended before");
      cx.waits_for(kFirstOfSeveral);
      return pin_.pending();
    }
    contest_.drop();
    return Poll<Output>::ready(*std::move(winner));
  }

 private:
  Contest<kOrder, Operand<Fs>...> contest_;
};

template <Order kOrder>
struct SelectFn {
  /// Which of the futures was ready first, and its value. An lvalue is borrowed and keeps its state
  /// when it loses, an rvalue is owned and dropped when the select ends.
  template <Future... Fs>
  requires(sizeof...(Fs) > 0) Select<kOrder, Fs...>
  operator()(Fs&&... futures) const { return Select<kOrder, Fs...>(std::forward<Fs>(futures)...); }

  /// The same with handlers: what the winner's gives. At most one otherwise() and one complete().
  template <class... Branches>
  requires(sizeof...(Branches) > 0 && (SelectBranch<std::remove_cvref_t<Branches>> &&
                                       ...)) SelectWith<kOrder, std::remove_cvref_t<Branches>...>
  operator()(Branches&&... branches) const {
    return SelectWith<kOrder, std::remove_cvref_t<Branches>...>(
        std::forward<Branches>(branches)...);
  }

  template <class... Args>
  void operator()(Args&&...) const {
    static_assert(sizeof...(Args) > 1000,
                  "select takes futures, or branches: on(future, handler), otherwise(handler), "
                  "complete(handler); not both, and at least one");
  }
};

}  // namespace detail

inline constexpr detail::SelectFn<detail::Order::fair> select{};
inline constexpr detail::SelectFn<detail::Order::as_written> select_biased{};

}  // namespace book
