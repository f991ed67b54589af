// FuturesOrdered<F>: a set of futures that grows while it runs, and the stream of what they end
// with, in the order in which they were pushed. All are under way at once; what has ended early
// waits for its turn.
//
//     push_front(c) --> [ c ][ a: done ][ b ] <-- push(b)
//                         ^ the next item: nobody overtakes it
//
// (In the order of their ends: FuturesUnordered, on which it stands.) Chapter 08 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "07_join/maybe_done.h"
#include "08_select/futures_unordered.h"
#include "common/future.h"

namespace book {
namespace detail {

/// A future that remembers which one it is, and keeps what it ends with, a value or an exception.
template <Future F>
class Numbered : PinnedOncePolled {
 public:
  struct Output {
    std::int64_t number;
    Outcome<OutputOf<F>> outcome;
  };
  Numbered(std::int64_t number, F&& future) : number_(number), future_(std::move(future)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Outcome<OutputOf<F>> outcome;
    if (!outcome.poll_into(future_, cx)) return pin_.pending();
    return Poll<Output>::ready(Output{number_, std::move(outcome)});
  }

 private:
  std::int64_t number_;
  F future_;
};

}  // namespace detail

/// A stream. It may be moved at any time. An exception comes out of poll_next when its turn comes,
/// and the others may be asked on.
template <Future F>
class FuturesOrdered {
 public:
  using Item = ValueOrMonostate<OutputOf<F>>;

  /// Behind all others; or, with push_front, before them.
  void push(F future) {
    places_.emplace_back();
    const std::int64_t last = first_ + static_cast<std::int64_t>(places_.size()) - 1;
    under_way_.push(detail::Numbered<F>(last, std::move(future)));
  }
  void push_front(F future) {
    places_.emplace_front();
    --first_;
    under_way_.push(detail::Numbered<F>(first_, std::move(future)));
  }

  Poll<std::optional<Item>> poll_next(Context& cx) {
    if (places_.empty()) {
      terminated_ = true;
      return Poll<std::optional<Item>>::ready(std::nullopt);
    }
    while (!places_.front()) {
      auto done = under_way_.poll_next(cx);
      if (done.is_pending()) return pending;
      place(done.value()->number).emplace(std::move(done.value()->outcome));
    }
    Outcome<OutputOf<F>> outcome = *std::move(places_.front());
    places_.pop_front();
    ++first_;
    if constexpr (std::is_void_v<OutputOf<F>>) {
      std::move(outcome).get();
      return Poll<std::optional<Item>>::ready(std::in_place);
    } else {
      return Poll<std::optional<Item>>::ready(std::in_place, std::move(outcome).get());
    }
  }

  /// Futures that have not ended, and values that wait for their turn.
  std::size_t size() const noexcept { return places_.size(); }
  bool empty() const noexcept { return places_.empty(); }
  /// It has said that it is empty, and nothing was pushed since.
  bool is_terminated() const noexcept { return terminated_ && places_.empty(); }

 private:
  using Place = std::optional<Outcome<OutputOf<F>>>;  // empty while its future is under way

  Place& place(std::int64_t number) { return places_[static_cast<std::size_t>(number - first_)]; }

  FuturesUnordered<detail::Numbered<F>> under_way_;
  std::deque<Place> places_;  // in order
  std::int64_t first_ = 0;    // the number of the first place
  bool terminated_ = false;
};

}  // namespace book
