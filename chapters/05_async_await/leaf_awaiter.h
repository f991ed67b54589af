// co_await of any future, from inside an Async: as a leaf, if it says nothing else.
#pragma once

#include <coroutine>
#include <type_traits>
#include <utility>

#include "04_io_executor/outcome.h"
#include "05_async_await/chain.h"
#include "common/future.h"

namespace book::detail {

/// What co_await keeps in the caller's frame has to be aligned there.
template <class Kept>
constexpr void check_alignment() {
  if constexpr (!std::is_void_v<Kept>) {
    static_assert(alignof(Kept) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__,
                  "a coroutine's frame is aligned as new aligns: keep this type behind a pointer");
  }
}

/// A temporary that knows better than a leaf how it is awaited brings an awaiter of its own:
/// std::move(future).await_in(cx).
template <class F>
concept BringsItsAwaiter =
    Future<F> && !std::is_reference_v<F> && requires(F && future, Context& cx) {
  std::move(future).await_in(cx);
};

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
