// join3: a semicolon is missing before the return.
//
//     g++    expected ';' before 'return'
//     clang  expected ';' after expression
//     lines  3
#pragma once

#include <optional>
#include <tuple>
#include <utility>

#include "common/future.h"

namespace book::exercise {

template <Future A, Future B, Future C>
class [[nodiscard]] Join3 : PinnedOncePolled {
 public:
  using Output = std::tuple<OutputOf<A>, OutputOf<B>, OutputOf<C>>;

  Join3(A a, B b, C c) : a_(std::move(a)), b_(std::move(b)), c_(std::move(c)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    ask(a_, a_value_, cx);
    ask(b_, b_value_, cx);
    ask(c_, c_value_, cx);
    if (!a_value_ || !b_value_ || !c_value_) return pin_.pending();
    a_value_.reset()
    return Output(std::move(*a_value_), std::move(*b_value_), std::move(*c_value_));
  }

 private:
  template <class F>
  static void ask(F& future, std::optional<OutputOf<F>>& value, Context& cx) {
    if (value) return;
    Poll<OutputOf<F>> answer = future.poll(cx);
    if (answer.is_ready()) value.emplace(std::move(answer).value());
  }

  A a_;
  B b_;
  C c_;
  std::optional<OutputOf<A>> a_value_;
  std::optional<OutputOf<B>> b_value_;
  std::optional<OutputOf<C>> c_value_;
};

template <Future A, Future B, Future C>
Join3<A, B, C> join3(A a, B b, C c) {
  return Join3<A, B, C>(std::move(a), std::move(b), std::move(c));
}

}  // namespace book::exercise
