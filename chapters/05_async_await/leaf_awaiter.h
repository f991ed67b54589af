// co_await of any future, from inside an Async.
#pragma once

#include <coroutine>
#include <utility>

#include "04_io_executor/outcome.h"
#include "05_async_await/chain.h"
#include "common/future.h"

namespace book::detail {

/// Polls the future once on the spot; when that is not enough, the root goes on polling it as the
/// chain's leaf. The future is the caller's object, or a temporary that lives until the end of the
/// statement, as this awaiter does: it is neither copied nor moved.
template <class F>
class LeafAwaiter : private Leaf {
 public:
  LeafAwaiter(F& future, Context& cx)
      : Leaf{&poll_again}, future_(future), ready_(outcome_.poll_into(future, cx)) {}

  bool await_ready() const noexcept { return ready_; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) noexcept {
    self.promise().wait_for(*this);
  }
  OutputOf<F> await_resume() { return std::move(outcome_).get(); }

 private:
  static bool poll_again(Leaf& leaf, Context& cx) noexcept {
    auto& self = static_cast<LeafAwaiter&>(leaf);
    return self.outcome_.poll_into(self.future_, cx);
  }

  F& future_;
  Outcome<OutputOf<F>> outcome_;
  bool ready_;
};

}  // namespace book::detail
