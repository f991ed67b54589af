// Fuse<F>: a future that knows when it has ended, and can be given a new one to go on with.
//
//     Fuse<Async<int>>::terminated()          fuse(get_number())
//                |                                   |
//                v             set(f)                v            ready
//           terminated  ----------------------->  waiting  ---------------->  terminated
//                ^                                                               |
//                +---------------------------------------------------------------+
//
// A select passes over it while it is terminated: that is what a loop around select needs.
#pragma once

#include <utility>

#include "08_select/operand.h"
#include "common/future.h"

namespace book {

/// `F` is a reference when the future is borrowed.
template <class F>
class [[nodiscard]] Fuse : PinnedOncePolled {
 public:
  using Output = OutputOf<F>;

  explicit Fuse(F&& future) : operand_(std::forward<F>(future)) {}
  /// Without a future, until set() gives it one.
  static Fuse terminated() { return Fuse(); }

  /// True when there is no future in it, or one that has ended.
  bool is_terminated() const { return operand_.is_terminated(); }

  /// Drops the future it has, ended or not, and goes on with `future`. Not from inside that
  /// future's own poll.
  void set(F&& future) { operand_.set(std::forward<F>(future)); }

  /// Throws what the future throws. The future is dropped as soon as it has ended.
  Poll<Output> poll(Context& cx) {
    // It never finishes for good, so its pin only remembers that it was polled: moves are refused.
    (void)pin_.pending();
    if (is_terminated()) {
      // Not ready, for there is no value; not an error, for set() may come; and no waker is kept.
      cx.waits_for("a fused future that has ended, or was never set");
      return pending;
    }
    DropUnlessPending guard{&operand_};
    Poll<Output> output = operand_.poll(cx);
    if (output.is_pending()) guard.operand = nullptr;
    return output;
  }

 private:
  struct DropUnlessPending {
    detail::Operand<F>* operand;
    ~DropUnlessPending() {
      if (operand) operand->drop();
    }
  };

  Fuse() = default;

  detail::Operand<F> operand_;
};

namespace detail {
struct FuseStep {};
struct FuseFn {
  /// An lvalue is borrowed, an rvalue owned.
  template <Future F>
  Fuse<F> operator()(F&& future) const {
    return Fuse<F>(std::forward<F>(future));
  }
  /// For the right side of a pipe: future | fuse(). (Chapter 09 has it for streams.)
  FuseStep operator()() const { return {}; }
};
template <Future F>
Fuse<F> operator|(F&& future, FuseStep) {
  return Fuse<F>(std::forward<F>(future));
}
}  // namespace detail

inline constexpr detail::FuseFn fuse{};

}  // namespace book
