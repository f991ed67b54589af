// Exercise 3, solved: a box for any stream, with virtual functions, and with a door at the back.
//
// The waker of the task that waits is kept beside the stream: the stream has one, too, but that
// goes with it.
#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "09_streams/stream_step.h"
#include "common/stream.h"
#include "common/waker.h"

namespace book::exercise {

template <class T>
class AnyStream {
 public:
  using Item = T;

  template <Stream S>
  requires(!std::is_same_v<S, AnyStream>) explicit AnyStream(S stream)
      : held_(std::make_unique<Of<S>>(std::move(stream))) {}

  PollItem<T> poll_next(Context& cx) {
    if (!held_) return PollItem<T>::ready();
    try {
      PollItem<T> item = held_->poll_next(cx);
      if (item.is_pending()) {
        if (!waiter_.will_wake(cx.waker())) waiter_ = cx.waker();
      } else {
        waiter_ = Waker();
        if (!item.value().has_value()) held_ = nullptr;
      }
      return item;
    } catch (...) {
      waiter_ = Waker();
      held_ = nullptr;
      throw;
    }
  }

  bool is_terminated() const noexcept { return held_ == nullptr; }

  void replace(AnyStream other) {
    held_ = std::move(other.held_);
    std::exchange(waiter_, Waker()).wake();
  }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual PollItem<T> poll_next(Context& cx) = 0;
  };
  template <class S>
  struct Of final : Any {
    explicit Of(S&& kept) : stream(std::move(kept)) {}
    PollItem<T> poll_next(Context& cx) override { return stream.poll_next(cx); }
    S stream;
  };

  std::unique_ptr<Any> held_;  // null: ended
  Waker waiter_;               // of the task that waits
};

}  // namespace book::exercise
