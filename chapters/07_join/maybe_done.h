// MaybeDone<F>: a child of a join. First a future, then what it ended with, then nothing.
//
//     +--------+   poll is ready   +-------+   drop()   +---------+
//     | future | ----------------> | value | ---------> | nothing |
//     +--------+    or throws      | error |            +---------+
//
// The future goes as soon as it has finished: what it holds is not kept until the others are done.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>
#include <variant>

#include "common/future.h"

namespace book {

/// What stands for the value of a future of void where a value has to be: in a tuple, say.
template <class T>
using ValueOrMonostate = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

/// `F` is a reference when the future is borrowed.
template <class F>
class MaybeDone {
 public:
  using Value = ValueOrMonostate<OutputOf<F>>;

  explicit MaybeDone(F&& future) : state_(std::in_place_index<0>, std::forward<F>(future)) {}

  bool is_done() const noexcept { return state_.index() != 0; }

  /// Polls the future unless it has finished. True when it has; an exception is kept.
  bool poll(Context& cx) {
    if (is_done()) return true;
    try {
      Poll<OutputOf<F>> poll = std::get<0>(state_).future.poll(cx);
      if (poll.is_pending()) return false;
      finish(std::move(poll));
    } catch (...) {
      state_.template emplace<2>(std::current_exception());
    }
    return true;
  }

  /// The exception it ended with; null while it has not failed.
  std::exception_ptr error() const noexcept {
    const std::exception_ptr* error = std::get_if<2>(&state_);
    return error ? *error : nullptr;
  }
  void rethrow_if_failed() const {
    if (std::exception_ptr failure = error()) std::rethrow_exception(failure);
  }
  /// The value of one that has finished and not failed. Once.
  Value take() { return std::move(std::get<1>(state_).value); }

  /// Ends it where it stands: an owned future is destroyed, a borrowed one left alone.
  void drop() noexcept { state_.template emplace<3>(); }

 private:
  struct Held {  // a variant can hold no reference by itself
    explicit Held(F&& held) : future(std::forward<F>(held)) {}
    F future;
  };
  struct Done {
    Value value;
  };

  void finish(Poll<OutputOf<F>>&& poll) {
    if constexpr (std::is_void_v<OutputOf<F>>) {
      state_.template emplace<1>(Done{});
    } else {
      state_.template emplace<1>(Done{std::move(poll).value()});
    }
  }

  std::variant<Held, Done, std::exception_ptr, std::monostate> state_;
};

}  // namespace book
