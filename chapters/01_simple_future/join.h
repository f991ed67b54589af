// Join: two futures at once. JoinAll: any number of one kind at once.
//
//     Half of a Join:   [ running: the future ] --ready--> [ done: its value ]
//
//     poll(wake):  poll every half that is still running, each with the same wake
//                  all done?  ready(the values)  :  pending
//
// No thread and no allocation: both futures simply get their turn. Chapter 01 explains it; 07_join
// has the joins of later chapters.
#pragma once

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "01_simple_future/simple_future.h"
#include "common/future.h"

namespace book::simple {

namespace detail {

/// A future until it is ready, its value from then on. The variant is the state machine.
template <SimpleFuture F>
class Half {
 public:
  explicit Half(F future) : state_(std::in_place_index<0>, std::move(future)) {}

  /// Asks the future, unless it is done. True when there is a value.
  bool poll(Wake wake) {
    if (done()) return true;
    Poll<OutputOf<F>> answer = std::get<0>(state_).poll(wake);
    if (answer.is_pending()) return false;
    state_.template emplace<1>(std::move(answer).value());  // the future is destroyed here
    return true;
  }

  OutputOf<F> take() { return std::get<1>(std::move(state_)); }

 private:
  bool done() const noexcept { return state_.index() == 1; }

  std::variant<F, OutputOf<F>> state_;
};

}  // namespace detail

/// Runs two futures at the same time and gives both values. If one throws, so does this, and the
/// other is not polled again.
template <SimpleFuture A, SimpleFuture B>
class [[nodiscard]] Join : PinnedOncePolled {
 public:
  using Output = std::pair<OutputOf<A>, OutputOf<B>>;

  Join(A a, B b) : a_(std::move(a)), b_(std::move(b)) {}

  Poll<Output> poll(Wake wake) {
    pin_.enter();
    const bool a_is_done = a_.poll(wake);
    const bool b_is_done = b_.poll(wake);  // whatever a said: that is the "at once"
    if (!a_is_done || !b_is_done) return pin_.pending();
    return Output(a_.take(), b_.take());
  }

 private:
  detail::Half<A> a_;
  detail::Half<B> b_;
};

/// Runs all futures of a vector at the same time and gives all values, in the vector's order.
template <SimpleFuture F>
class [[nodiscard]] JoinAll : PinnedOncePolled {
 public:
  using Output = std::vector<OutputOf<F>>;

  explicit JoinAll(std::vector<F> futures) {
    halves_.reserve(futures.size());
    for (F& future : futures) halves_.emplace_back(std::move(future));
  }

  Poll<Output> poll(Wake wake) {
    pin_.enter();
    std::size_t done = 0;
    for (detail::Half<F>& half : halves_) done += half.poll(wake) ? 1 : 0;
    if (done < halves_.size()) return pin_.pending();
    Output values;
    values.reserve(halves_.size());
    for (detail::Half<F>& half : halves_) values.push_back(half.take());
    return values;
  }

 private:
  std::vector<detail::Half<F>> halves_;
};

}  // namespace book::simple
