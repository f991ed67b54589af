// s | take_until(f): the items of s until the future f is ready: a token that is cancelled, a time.
//
//     auto requests = lines(client) | take_until(stop.cancelled());
//
// f is asked first, so that a stream which always has something hears it, too. It is dropped when
// it has ended, and when the stream has.
#pragma once

#include <optional>
#include <utility>

#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S, class F>
class TakeUntil {
 public:
  using Item = ItemOf<S>;
  TakeUntil(S&& source, F&& end)
      : source_(std::forward<S>(source)), end_(std::in_place, std::forward<F>(end)) {}

  bool is_terminated() const noexcept { return !end_; }

  /// Does not ask the source again once it has ended, in whatever way: one that is borrowed may be
  /// used on.
  PollItem<Item> poll_next(Context& cx) {
    pin_.enter();
    if (!end_) return PollItem<Item>::ready();
    if (end_->held.poll(cx).is_ready()) {
      end_.reset();
      return PollItem<Item>::ready();
    }
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_ready() && !next.value()) end_.reset();
    return next;
  }

 private:
  StreamPin pin_;
  S source_;
  std::optional<detail::Held<F>> end_;  // empty: this stream has ended
};

}  // namespace streams

namespace detail {
template <class F>
struct TakeUntilStep {
  Held<F> end;
};
template <Stream S, class F>
streams::TakeUntil<S, F> operator|(S&& source, TakeUntilStep<F> step) {
  return {std::forward<S>(source), std::forward<F>(step.end.held)};
}
}  // namespace detail

/// A future that is named is borrowed, a temporary is owned.
template <Future F>
detail::TakeUntilStep<F> take_until(F&& end) {
  return {detail::Held<F>(std::forward<F>(end))};
}

}  // namespace book
