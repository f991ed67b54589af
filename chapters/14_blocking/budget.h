// For work that never waits, and so would keep the thread: breathe(), and stream | budgeted(n).
//
//     for (const Row& row : table) {
//       total += weigh(row);
//       co_await breathe();          // nearly always free; now and then the others have a turn
//     }
//
// There is no budget hidden in a channel or a stream of this book. Where one is needed, it is
// written there. Chapter 14 explains it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "04_io_executor/scheduler.h"
#include "09_streams/stream_step.h"
#include "common/future.h"

namespace book {

/// Ready at once, unless the task has used up its turn (Scheduler::kCallsInATurn, which are 128: at
/// its descriptors, and here): then the task goes to the end of the queue, and the executor looks
/// for news from outside first. Outside of a task, and in a job, always ready.
class [[nodiscard]] Breathe : PinnedOncePolled {
 public:
  using Output = void;
  Poll<void> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    if (!first || !Scheduler::current() || !Scheduler::count_call()) [[likely]]
      return Poll<void>::ready();
    cx.waits_for("its next turn, by breathe()");
    cx.waker().wake_by_ref();
    return pin_.pending();
  }
};

namespace streams {

/// At most so many items in one turn of a task. Then it says pending, and has woken the task.
template <class S, class Count>
class Budgeted {
 public:
  using Item = ItemOf<S>;
  Budgeted(S&& source, Count count) : source_(std::forward<S>(source)), most_(count) {}

  PollItem<Item> poll_next(Context& cx) {
    const std::uint64_t turn = Scheduler::turn_number();
    if (turn_ != turn || !Scheduler::current()) {
      turn_ = turn;
      given_ = 0;
    }
    if (given_ == most_) {
      cx.waits_for("its next turn, by budgeted()");
      cx.waker().wake_by_ref();
      return pending;
    }
    PollItem<Item> next = source_.poll_next(cx);
    if (next.is_ready()) ++given_;
    return next;
  }

 private:
  S source_;
  const Count most_;
  Count given_ = 0;
  std::uint64_t turn_ = 0;
};

}  // namespace streams

namespace detail {
struct BreatheFn {
  Breathe operator()() const { return {}; }
};
struct BudgetedFn {
  StreamStep<streams::Budgeted, std::size_t> operator()(std::size_t count) const {
    return {{at_least_one(count, "budgeted")}};
  }
};
}  // namespace detail

inline constexpr detail::BreatheFn breathe{};
inline constexpr detail::BudgetedFn budgeted{};

}  // namespace book
