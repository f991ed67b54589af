// One async function, twice: written by hand as a state machine, and by the compiler from a
// coroutine. Both keep a diary, and the diaries are the same.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "05_async_await/async.h"
#include "common/future.h"

namespace book::story {

using Diary = std::vector<std::string>;

/// A future that is pending once, and then ready with its value.
class Step : PinnedOncePolled {
 public:
  using Output = int;

  Step(std::string name, int value, Diary& diary)
      : name_(std::move(name)), value_(value), diary_(&diary) {}

  Poll<int> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    diary_->push_back(name_ + (first ? ": pending" : ": ready"));
    if (!first) return value_;
    cx.waits_for("its next turn");
    cx.waker().wake_by_ref();
    return pin_.pending();
  }

 private:
  std::string name_;
  int value_;
  Diary* diary_;
};

/// What the compiler writes. The two co_awaits are the two places where it can stand still.
inline Async<int> sum_by_compiler(Diary& diary) {
  Step a("a", 20, diary);
  int first = co_await a;
  Step b("b", first + 2, diary);
  int second = co_await b;
  co_return first + second;
}

/// What you would write without it: a state for each place to stand, and a member for each local
/// that is still needed after one.
class SumByHand : PinnedOncePolled {
 public:
  using Output = int;

  explicit SumByHand(Diary& diary) : diary_(&diary) {}

  Poll<int> poll(Context& cx) {
    pin_.enter();
    if (state_ == State::start) {
      a_.emplace("a", 20, *diary_);
      state_ = State::awaits_a;
    }
    if (state_ == State::awaits_a) {
      Poll<int> a = a_->poll(cx);
      if (a.is_pending()) return pin_.pending();
      first_ = a.value();
      b_.emplace("b", first_ + 2, *diary_);
      state_ = State::awaits_b;  // and on, in this same poll: b has no waker of ours yet
    }
    Poll<int> b = b_->poll(cx);
    if (b.is_pending()) return pin_.pending();
    return first_ + b.value();
  }

 private:
  enum class State { start, awaits_a, awaits_b };

  State state_ = State::start;
  std::optional<Step> a_;
  std::optional<Step> b_;
  int first_ = 0;
  Diary* diary_;
};

}  // namespace book::story
