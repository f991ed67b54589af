// join(a, b, ...): polls several futures in one task, until all of them have finished.
//
//     a  |--------|                        join polls a and b in turn; whichever waits leaves the
//     b  |-------------|                   waker where it waits. Together they take as long as the
//     join(a, b)       ^ (a's, b's)        slower one, not as long as both.
//
// Chapter 07 explains it.
#pragma once

#include <tuple>
#include <utility>

#include "07_join/join_poll.h"
#include "07_join/maybe_done.h"
#include "common/future.h"

namespace book {

/// What join gives: a tuple with every child's value, std::monostate for void. When children threw,
/// all the others are finished first; then the first exception, by position, is thrown.
template <class... Fs>
class [[nodiscard]] Join : PinnedOncePolled {
 public:
  using Output = std::tuple<typename MaybeDone<Fs>::Value...>;

  explicit Join(Fs&&... futures) : children_(MaybeDone<Fs>(std::forward<Fs>(futures))...) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    const bool all = poller_.poll(cx, children_, [](const auto&) { return false; });
    if (!all) return pin_.pending();
    return detail::take_all(children_);
  }

 private:
  std::tuple<MaybeDone<Fs>...> children_;
  detail::JoinPoller<sizeof...(Fs)> poller_;
};

namespace detail {
struct JoinFn {
  /// A named future is borrowed, a temporary owned.
  template <Future... Fs>
  Join<Fs...> operator()(Fs&&... futures) const {
    static_assert(sizeof...(Fs) > 0, "join() of nothing waits for nothing");
    return Join<Fs...>(std::forward<Fs>(futures)...);
  }
};
}  // namespace detail

inline constexpr detail::JoinFn join{};

}  // namespace book
