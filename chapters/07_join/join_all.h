// join_all(range), try_join_all(range): join of as many futures as there are. Each has a waker of
// its own (woken_set.h): a wake costs one poll of one child, whether there are ten or ten thousand.
//
//     std::vector<Async<int>> downloads = ...;
//     std::vector<int> sizes = co_await join_all(downloads);     // in the order of the futures
//
// Chapter 07 explains it.
#pragma once

#include <cstddef>
#include <exception>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "04_io_executor/outcome.h"
#include "07_join/maybe_done.h"
#include "07_join/woken_set.h"
#include "common/future.h"

namespace book {

/// What join_all and try_join_all give. `R` is the range of futures, a reference when it is
/// borrowed; the range is not to be changed before the end.
template <class R, bool kTry>
class [[nodiscard]] JoinAll : PinnedOncePolled {
  using F = std::remove_reference_t<std::ranges::range_reference_t<R>>;
  using Value = ValueOrMonostate<OutputOf<F>>;

 public:
  using Output = std::vector<Value>;

  explicit JoinAll(R&& futures) : futures_(std::forward<R>(futures)) {}
  JoinAll(JoinAll&&) = default;
  JoinAll& operator=(JoinAll&&) = delete;
  ~JoinAll() {
    if (woken_) woken_->abandon();
  }

  Poll<Output> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (first) start();
    woken_->start_poll();
    // ends: those that are woken from here on have their turn in the next poll
    while (detail::WokenSet::Child* woken = woken_->next()) {
      poll_child(*static_cast<Place*>(woken));
    }
    if (left_ > 0) {
      woken_->wait(cx, kTry ? "children of a try_join_all" : "children of a join_all", left_);
      return pin_.pending();
    }
    return finish();
  }

 private:
  /// One child: which future, and how it ended.
  struct Place : detail::WokenSet::Child {
    F* future = nullptr;  // null once it has finished
    Outcome<OutputOf<F>>* outcome = nullptr;
  };

  void start() {
    woken_ = make_arc<detail::WokenSet>();
    left_ = static_cast<std::size_t>(std::ranges::distance(futures_));
    outcomes_.resize(left_);
    const std::span<Place> places = woken_->add<Place>(left_);
    std::size_t index = 0;
    for (F& future : futures_) {
      places[index].future = &future;
      places[index].outcome = &outcomes_[index];
      woken_->enqueue(places[index++]);  // each is polled at least once
    }
  }

  void poll_child(Place& place) {
    if (!place.future) return;  // a late wake
    const bool finished = woken_->poll_child(
        place, [&](Context& cx) { return place.outcome->poll_into(*place.future, cx); });
    if (!finished) return;
    place.future = nullptr;
    left_ -= 1;
    if (kTry && place.outcome->has_failed()) {
      drop_futures();
      std::move(*place.outcome).get();  // throws
    }
  }

  Poll<Output> finish() {
    drop_futures();
    Output values;
    values.reserve(outcomes_.size());
    for (Outcome<OutputOf<F>>& outcome : outcomes_) {
      if constexpr (std::is_void_v<OutputOf<F>>) {
        std::move(outcome).get();
        values.emplace_back();
      } else {
        values.push_back(std::move(outcome).get());
      }
    }
    return Poll<Output>::ready(std::move(values));
  }

  /// What is owned goes; what is borrowed is left where it stands.
  void drop_futures() noexcept {
    if constexpr (std::is_same_v<R, std::vector<F>>) futures_.clear();
  }

  R futures_;
  std::vector<Outcome<OutputOf<F>>> outcomes_;
  std::size_t left_ = 0;
  Arc<detail::WokenSet> woken_;
};

namespace detail {

/// A range's elements stay where they are if it is named, or only a view of them; otherwise they
/// move into a vector that the join owns.
template <class R>
inline constexpr bool kBorrowsElements =
    std::is_lvalue_reference_v<R> ||
    (std::ranges::view<R> && std::is_lvalue_reference_v<std::ranges::range_reference_t<R>>);

template <bool kTry>
struct JoinAllFn {
  template <std::ranges::input_range R>
  requires Future<std::ranges::range_value_t<R>>
  auto operator()(R&& futures) const {
    using F = std::ranges::range_value_t<R>;
    if constexpr (kBorrowsElements<R> || std::is_same_v<R, std::vector<F>>) {
      static_assert(std::ranges::forward_range<R>,
                    "join_all counts the futures first: a view of them that can be read only once "
                    "is not enough");
      return JoinAll<R, kTry>(std::forward<R>(futures));
    } else {
      std::vector<F> owned;
      if constexpr (std::ranges::sized_range<R>) owned.reserve(std::ranges::size(futures));
      for (auto&& future : futures) owned.push_back(std::move(future));
      return JoinAll<std::vector<F>, kTry>(std::move(owned));
    }
  }
};

}  // namespace detail

/// A future of every value, in the order of the futures (std::monostate for void). Waits for all;
/// then throws the first exception by position, if there was one.
inline constexpr detail::JoinAllFn<false> join_all{};
/// The same, but the first exception ends it at once and drops the other futures.
inline constexpr detail::JoinAllFn<true> try_join_all{};

}  // namespace book
