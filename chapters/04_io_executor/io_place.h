// IoPlace: a future's place at something that keeps one waker a direction, a descriptor say.
// IoOperation: the future of one poll function there; read, write and their kind are made of it.
//
//     Poll<size_t> poll(Context& cx) {
//       return place_.poll(cx, [&](AsyncFd& fd) { return fd.poll_read(cx, buffer_); });
//     }
//
// Only the last waker that was left there may be taken back, and only by the future that left it.
// So a place keeps a copy of that waker while its future waits, and no longer. Chapter 04 explains
// it.
#pragma once

#include <type_traits>
#include <utility>

#include "common/future.h"
#include "common/reactor/io_source.h"

namespace book {

/// Borrows `io`. When the future is dropped, or goes on in another task, its waker is taken back:
/// io.forget(direction, waker). (Where there is no forget() nothing is.)
template <class Io>
class IoPlace {
 public:
  IoPlace(Io& io, Direction direction) noexcept : io_(&io), direction_(direction) {}
  IoPlace(IoPlace&&) = default;
  IoPlace& operator=(IoPlace&&) = delete;
  ~IoPlace() { leave(); }

  /// Gives what operation(io) gives, and minds the waker: pending has left it there, ready has not.
  template <class Operation>
  auto poll(Context& cx, Operation&& operation) {
    if (waker_ && !waker_.will_wake(cx.waker())) leave();
    try {
      auto result = operation(*io_);
      if (result.is_ready()) {
        leave();  // another future of the same task may be the next to wait there
      } else if (!waker_) {
        waker_ = cx.waker();
      }
      return result;
    } catch (...) {
      leave();  // the future has ended, and may be kept for long
      throw;
    }
  }

  /// Takes the waker back, if it is there. For a future that goes on without this place.
  void leave() noexcept {
    if (!waker_) return;
    const Waker waker = std::exchange(waker_, Waker());
    if constexpr (requires { io_->forget(direction_, waker); }) io_->forget(direction_, waker);
  }

 private:
  Io* io_;
  Direction direction_;
  Waker waker_;  // of the last poll, while pending: it says whom to forget
};

/// `op(io, cx)` is the poll, and `op` what it has to remember between two of them. Dropping the
/// future takes its waker back; what the poll has not done it does not do.
template <class Io, class Op>
class [[nodiscard]] IoOperation : PinnedOncePolled {
 public:
  using Output = typename std::invoke_result_t<Op&, Io&, Context&>::value_type;

  IoOperation(Io& io, Direction direction, Op op) : place_(io, direction), op_(std::move(op)) {}

  Poll<Output> poll(Context& cx) {
    pin_.enter();
    Poll<Output> result = place_.poll(cx, [&](Io& io) { return op_(io, cx); });
    if (result.is_pending()) return pin_.pending();
    return result;
  }

 private:
  IoPlace<Io> place_;
  Op op_;
};

}  // namespace book
