// The contract tester: runs a future through the six points of "Contract of a future"
// (common/future.h) and says which one it breaks, and where to look.
//
//     TEST(Sleep, KeepsTheContract) {
//       Reactor reactor(TimeMode::virtual_time);
//       Reactor::Scope scope(reactor);
//       test::expect_contract(
//           [&] {
//             return test::subject(sleep(10ms), [&] {                  // a fresh future, and what
//               if (!reactor.waiting().nothing()) reactor.wait();      // makes its event happen
//             });
//           },
//           {.untouched = [&] { return reactor.waiting().nothing(); }});
//     }
//
//     test::expect_contract([] { return test::subject(ready(7)); }, {.ready_at_once = true},
//                           [](int value) { return value == 7; });     // is the output right?
//
// The event must be harmless when the future is gone already (that is one of the checks), so it
// captures what it needs by value or from outside the lambda. A future that finds its event there
// at its first poll has a second life: run it again, fired by the factory, with .ready_at_once.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/future.h"

namespace book::test {

struct ContractOptions {
  /// The first poll is ready (or throws); there is no event.
  bool ready_at_once = false;
  /// Every pending poll has woken its own waker, as yield_now does; there is no event.
  bool wakes_itself = false;
  /// It ends by an exception, not by a value.
  bool throws = false;
  /// Polling it after its end is allowed.
  bool fused = false;
  /// Its pin is elsewhere (the Async handle): it may be moved after polls, and be assigned.
  bool handle_moves = false;
  /// The event may come from another thread, and no lock is held where the waker is cloned: then
  /// the tester lets it come in the middle of a poll, while the waker is being stored.
  bool event_inside_poll = false;
  /// How many events it takes, each followed by a poll.
  int events = 1;
  /// Is the world as if this future had never been? Asked before its first poll and after its end.
  std::function<bool()> untouched = {};
};

/// One broken point of the contract.
struct Breach {
  int point;
  std::string what;     ///< what was seen, and what was expected
  std::string look_at;  ///< where the mistake usually is
};
std::string to_string(const Breach& breach);

/// A future to be tested and its event.
template <class F>
struct Subject {
  F future;
  std::function<void()> event;
};

template <class F>
Subject<F> subject(
    F future, std::function<void()> event = [] {}) {
  return {std::move(future), std::move(event)};
}

namespace detail {

/// Any future, as the checks see it.
class Trial {
 public:
  virtual ~Trial() = default;
  virtual bool poll(Context& cx) = 0;                 ///< ready?
  virtual std::unique_ptr<Trial> moved_to_new() = 0;  ///< move-constructs another one from it
  bool output_is_right = true;
  std::function<void()> event;
};

/// What can be told from the type alone.
struct TypeFacts {
  bool assignable = false;
  bool copyable = false;
};

std::vector<Breach> find_breaches(const std::function<std::unique_ptr<Trial>()>& make,
                                  const ContractOptions& options, TypeFacts facts);

template <class F, class Check>
class TrialOf final : public Trial {
 public:
  TrialOf(F&& future, Check check) : future_(std::move(future)), check_(std::move(check)) {}

  bool poll(Context& cx) override {
    Poll<OutputOf<F>> result = future_.poll(cx);
    if (result.is_pending()) return false;
    if constexpr (std::is_invocable_v<Check&>) {
      output_is_right = check_();
    } else {
      output_is_right = check_(std::move(result).value());
    }
    return true;
  }

  std::unique_ptr<Trial> moved_to_new() override {
    auto other = std::make_unique<TrialOf>(std::move(future_), check_);
    other->event = event;
    return other;
  }

 private:
  F future_;
  Check check_;
};

struct AnyOutput {
  template <class... Output>
  bool operator()(Output&&...) const {
    return true;
  }
};

}  // namespace detail

/// The breaches of the contract, in the order of its points. `make` gives a fresh subject at every
/// call; `check` is given the output, and says whether it is right.
template <class Make, class Check = detail::AnyOutput>
std::vector<Breach> find_breaches(Make make, const ContractOptions& options, Check check = {}) {
  using F = decltype(make().future);
  static_assert(Future<F>, "the subject is no future: Output, and poll(Context&) -> Poll<Output>");
  static_assert(std::is_move_constructible_v<F>,
                "contract, point 6: a future can be moved until its first poll");
  return detail::find_breaches(
      [&]() -> std::unique_ptr<detail::Trial> {
        Subject<F> made = make();
        auto trial = std::make_unique<detail::TrialOf<F, Check>>(std::move(made.future), check);
        trial->event = std::move(made.event);
        return trial;
      },
      options,
      {.assignable = std::is_assignable_v<F&, F&&>, .copyable = std::is_copy_constructible_v<F>});
}

/// One test failure for each breach, at the line of the caller.
template <class Make, class Check = detail::AnyOutput>
void expect_contract(Make make, const ContractOptions& options = {}, Check check = {},
                     const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  for (const Breach& breach : find_breaches(std::move(make), options, std::move(check))) {
    ADD_FAILURE_AT(file, line) << to_string(breach);
  }
}

}  // namespace book::test
