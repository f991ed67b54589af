// try_join(a, b, ...): join, but the first exception ends it at once and drops the others.
//
//     a  |--------------|                  b throws: a is destroyed where it stands, and the
//     b  |-----X                           caller gets b's exception. It does not wait for an
//     try_join(a, b)                       answer that it no longer needs.
//              ^ b's exception
//
// Chapter 07 explains it.
#pragma once

#include <exception>
#include <tuple>
#include <utility>

#include "07_join/join_poll.h"
#include "07_join/maybe_done.h"
#include "common/future.h"

namespace book {

/// What try_join gives: what join gives, or the exception that came first.
template <class... Fs>
class [[nodiscard]] TryJoin : PinnedOncePolled {
 public:
  using Output = std::tuple<typename MaybeDone<Fs>::Value...>;

  explicit TryJoin(Fs&&... futures) : children_(MaybeDone<Fs>(std::forward<Fs>(futures))...) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    std::exception_ptr error;
    const bool all = poller_.poll(cx, children_, [&](const auto& child) {
      error = child.error();
      return error != nullptr;
    });
    if (!all) return pin_.pending();
    if (error) {
      std::apply([](auto&... child) { (child.drop(), ...); }, children_);
      std::rethrow_exception(error);
    }
    return detail::take_all(children_);
  }

 private:
  std::tuple<MaybeDone<Fs>...> children_;
  detail::JoinPoller<sizeof...(Fs)> poller_;
};

namespace detail {
struct TryJoinFn {
  /// A named future is borrowed, a temporary owned. What is borrowed is not dropped but left where
  /// it stands.
  template <Future... Fs>
  TryJoin<Fs...> operator()(Fs&&... futures) const {
    static_assert(sizeof...(Fs) > 0, "try_join() of nothing waits for nothing");
    return TryJoin<Fs...>(std::forward<Fs>(futures)...);
  }
};
}  // namespace detail

inline constexpr detail::TryJoinFn try_join{};

}  // namespace book
