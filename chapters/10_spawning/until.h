// Until<F, Stop>: a future that another one can end: the common part of timeout and of
// run_until_cancelled.
//
//     each poll:   the future first  -- ready -->  its value
//                        | pending
//                        v
//                  then `stop`       -- ready -->  empty; the future is dropped before that is seen
//
// The future is asked first: one that is ready in the same poll as its end wins, and nothing that
// was done already is thrown away. Nor is anything begun after its end: a stop that can say so
// without being polled, as a token can, is looked at before the future's first poll.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "07_join/maybe_done.h"
#include "08_select/operand.h"
#include "common/future.h"

namespace book::detail {

/// `F` is a reference when the future is borrowed: then it is not dropped, and may be polled again.
/// Throws what the future throws.
template <class F, class Stop>
class [[nodiscard]] Until : PinnedOncePolled {
 public:
  /// Empty when `stop` came first. std::monostate stands for the value of a future of void.
  using Output = std::optional<ValueOrMonostate<OutputOf<F>>>;

  Until(F&& future, Stop stop) : stop_(std::move(stop)), future_(std::forward<F>(future)) {}

  Poll<Output> poll(Context& cx) {
    const bool first = pin_.is_fresh();
    pin_.enter();
    DropUnlessPending guard{this};
    if constexpr (requires { stop_->is_cancelled(); }) {
      if (first && stop_->is_cancelled()) return Poll<Output>::ready();
    }
    Poll<OutputOf<F>> poll = future_.poll(cx);
    if (poll.is_ready()) {
      if constexpr (std::is_void_v<OutputOf<F>>) {
        return Poll<Output>::ready(std::in_place);
      } else {
        return Poll<Output>::ready(std::in_place, std::move(poll).value());
      }
    }
    if (stop_->poll(cx).is_ready()) return Poll<Output>::ready();
    guard.until = nullptr;
    return pin_.pending();
  }

 private:
  /// Both: a timer that the task no longer waits for would go off, and wake it, all the same.
  struct DropUnlessPending {
    Until* until;
    ~DropUnlessPending() {
      if (!until) return;
      until->future_.drop();
      until->stop_.reset();
    }
  };

  std::optional<Stop> stop_;
  Operand<F> future_;
};

}  // namespace book::detail
