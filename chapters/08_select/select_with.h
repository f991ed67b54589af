// SelectWith: what select(on(...), ...) gives. select.h makes it.
//
//        choosing                          the winner's handler            its future, if it
//     all branches polled  -- one wins -->  losers are dropped  ------->   gives one, is polled
//                                           handler(value)
//                                               |                                 |
//                                               +-----------> ready <-------------+
#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "08_select/branches.h"
#include "08_select/common_output.h"
#include "08_select/contest.h"
#include "common/future.h"

namespace book::detail {

/// What a handler has given, as far as it has to be kept: a future that is to be awaited.
template <class Handled>
struct HandlerResult {
  using Output = Handled;
  using Kept = std::monostate;
};
template <Future Handled>
struct HandlerResult<Handled> {
  using Output = OutputOf<Handled>;
  using Kept = Handled;
};

template <Order kOrder, class... Branches>
class [[nodiscard]] SelectWith : PinnedOncePolled {
  static_assert((kIsOn<Branches> || ...), "select: give it one on(future, handler) at least");
  static_assert((kIsOtherwise<Branches> + ...) <= 1, "select: only one otherwise(handler)");
  static_assert((kIsComplete<Branches> + ...) <= 1, "select: only one complete(handler)");

  template <std::size_t kPosition>
  using Handled = typename std::tuple_element_t<kPosition, std::tuple<Branches...>>::Handled;

 public:
  using Output = CommonOutput<typename HandlerResult<typename Branches::Handled>::Output...>;

  explicit SelectWith(Branches&&... branches) : contest_(std::in_place, std::move(branches)...) {}

  /// Throws what a future or a handler throws; std::logic_error when all futures have ended before
  /// and there is no complete(handler).
  Poll<Output> poll(Context& cx) {
    pin_.enter();
    std::optional<Poll<Output>> answer;
    if (handling_.index() != 0) {
      answer.emplace(poll_handler(cx, std::index_sequence_for<Branches...>()));
    } else if (!contest_.poll(cx, [&]<class Position, class T>(Position, Poll<T>&& poll) {
                 answer.emplace(handle<Position::value>(cx, std::move(poll)));
               })) {
      no_winner(cx, answer);
    }
    if (!answer || answer->is_pending()) return pin_.pending();
    return *std::move(answer);
  }

 private:
  void no_winner(Context& cx, std::optional<Poll<Output>>& answer) {
    constexpr std::size_t kOtherwise = position_of(kIsOtherwise<Branches>...);
    constexpr std::size_t kComplete = position_of(kIsComplete<Branches>...);
    if (contest_.is_over()) {
      if constexpr (kComplete < sizeof...(Branches)) {
        answer.emplace(handle<kComplete>(cx, Poll<void>::ready()));
      } else {
        throw std::logic_error(
            "select: every future it was given had ended before, and it has no complete(handler)");
      }
    } else if constexpr (kOtherwise < sizeof...(Branches)) {
      answer.emplace(handle<kOtherwise>(cx, Poll<void>::ready()));
    } else {
      cx.waits_for(kFirstOfSeveral);
    }
  }

  template <std::size_t kPosition, class T>
  Poll<Output> handle(Context& cx, Poll<T>&& poll) {
    contest_.drop();  // the losers are gone before the handler begins
    auto& branch = contest_.template at<kPosition>();
    if constexpr (Future<Handled<kPosition>>) {
      handling_.template emplace<kPosition + 1>(branch.call(std::move(poll)));
      return poll_handler_at<kPosition>(cx);
    } else if constexpr (std::is_void_v<Output>) {
      branch.call(std::move(poll));
      return Poll<void>::ready();
    } else {
      return Poll<Output>::ready(branch.call(std::move(poll)));
    }
  }

  template <std::size_t... kPositions>
  Poll<Output> poll_handler(Context& cx, std::index_sequence<kPositions...>) {
    std::optional<Poll<Output>> answer;
    const std::size_t running = handling_.index() - 1;
    const auto poll_if_running = [&]<class Position>(Position) {
      if (running == Position::value) answer.emplace(poll_handler_at<Position::value>(cx));
    };
    (poll_if_running(std::integral_constant<std::size_t, kPositions>()), ...);
    return *std::move(answer);
  }

  template <std::size_t kPosition>
  Poll<Output> poll_handler_at(Context& cx) {
    if constexpr (!Future<Handled<kPosition>>) {
      return pending;  // never asked: a plain handler has ended with its call
    } else {
      auto poll = std::get<kPosition + 1>(handling_).poll(cx);
      if (poll.is_pending()) return pending;
      if constexpr (std::is_void_v<Output>) {
        return Poll<void>::ready();
      } else {
        return Poll<Output>::ready(std::move(poll).value());
      }
    }
  }

  /// The first true one, or how many there are.
  static constexpr std::size_t position_of(auto... is_it) {
    std::size_t position = 0;
    (void)((is_it || (++position, false)) || ...);
    return position;
  }

  Contest<kOrder, Branches...> contest_;
  // Last: what a handler has begun may use the handler's captures, and goes before them.
  std::variant<std::monostate, typename HandlerResult<typename Branches::Handled>::Kept...>
      handling_;
};

}  // namespace book::detail
