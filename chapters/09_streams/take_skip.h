// Where a stream begins and ends: take(n), take_while(p), skip(n), skip_while(p).
//
// take and take_while do not ask their source again once they have ended, so it may be borrowed and
// used on. take_while has by then taken, and dropped, the item that failed.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include "09_streams/map_filter.h"
#include "09_streams/stream_step.h"

namespace book {
namespace streams {

template <class S, class Count>
class Take {
 public:
  using Item = ItemOf<S>;
  Take(S&& source, Count count) : source_(std::forward<S>(source)), left_(count) {}

  PollItem<Item> poll_next(Context& cx) {
    if (left_ == 0) return PollItem<Item>::ready();
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_ready()) left_ = next.value() ? left_ - 1 : 0;
    return next;
  }

 private:
  S source_;
  Count left_;
};

template <class S, class Predicate>
class TakeWhile {
 public:
  using Item = ItemOf<S>;
  TakeWhile(S&& source, Predicate predicate)
      : source_(std::forward<S>(source)), predicate_(std::move(predicate)) {}

  PollItem<Item> poll_next(Context& cx) {
    if (ended_) return PollItem<Item>::ready();
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_pending()) return pending;
    ended_ = !next.value() || !std::invoke(predicate_, std::as_const(*next.value()));
    if (ended_) return PollItem<Item>::ready();
    return next;
  }

 private:
  S source_;
  Predicate predicate_;
  bool ended_ = false;
};

template <class S, class Count>
class Skip {
 public:
  using Item = ItemOf<S>;
  Skip(S&& source, Count count) : source_(std::forward<S>(source)), left_(count) {}

  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      PollItem<Item> next = source_.poll_next(cx);
      if (left_ == 0 || next.is_pending() || !next.value()) return next;
      --left_;
    }
  }

 private:
  S source_;
  Count left_;
};

template <class S, class Predicate>
class SkipWhile {
 public:
  using Item = ItemOf<S>;
  SkipWhile(S&& source, Predicate predicate)
      : source_(std::forward<S>(source)), predicate_(std::move(predicate)) {}

  PollItem<Item> poll_next(Context& cx) {
    for (;;) {
      PollItem<Item> next = source_.poll_next(cx);
      if (!skipping_ || next.is_pending() || !next.value()) return next;
      skipping_ = std::invoke(predicate_, std::as_const(*next.value()));
      if (!skipping_) return next;
    }
  }

 private:
  S source_;
  Predicate predicate_;
  bool skipping_ = true;
};

}  // namespace streams

namespace detail {
/// The function object of a step that keeps a count.
template <template <class...> class Adaptor>
struct CountStepFn {
  StreamStep<Adaptor, std::size_t> operator()(std::size_t count) const { return {{count}}; }
};
}  // namespace detail

inline constexpr detail::CountStepFn<streams::Take> take{};
inline constexpr detail::FunctionStepFn<streams::TakeWhile> take_while{};
inline constexpr detail::CountStepFn<streams::Skip> skip{};
inline constexpr detail::FunctionStepFn<streams::SkipWhile> skip_while{};

}  // namespace book
