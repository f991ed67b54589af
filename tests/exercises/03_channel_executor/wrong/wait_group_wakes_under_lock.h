// Wrong: the last token wakes the task while it still holds the lock that the task needs.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>

#include "common/arc.h"
#include "common/future.h"

namespace book::exercise {

class WaitGroup {
 private:
  struct State : RefCounted<State> {
    std::mutex mutex;
    std::size_t tokens = 0;  // guarded by mutex
    Waker waker;             // guarded by mutex; of the task that waits, if one does
  };
  Arc<State> state_ = make_arc<State>();

 public:
  /// One more to wait for, as long as it lives. Can be moved, to any thread.
  class Token {
   public:
    explicit Token(Arc<State> state) : state_(std::move(state)) {
      std::lock_guard lock(state_->mutex);
      ++state_->tokens;
    }
    Token(Token&&) noexcept = default;
    Token& operator=(Token&&) = delete;
    ~Token() {
      if (!state_) return;  // moved from
      std::lock_guard lock(state_->mutex);
      if (--state_->tokens == 0) std::exchange(state_->waker, Waker()).wake();
    }

   private:
    Arc<State> state_;
  };

  /// Ends when no token is left. One task at a time may wait.
  class [[nodiscard]] Done : PinnedOncePolled {
   public:
    using Output = void;

    explicit Done(Arc<State> state) : state_(std::move(state)) {}
    Done(Done&&) = default;
    ~Done() {
      if (!state_ || pin_.is_fresh()) return;  // moved from, or never polled
      Waker waker;  // dropped outside the lock: it may be the last owner of a task
      std::lock_guard lock(state_->mutex);
      waker = std::exchange(state_->waker, Waker());
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();
      Waker old;  // dropped outside the lock, too
      std::lock_guard lock(state_->mutex);
      if (state_->tokens == 0) return Poll<void>::ready();
      if (!state_->waker.will_wake(cx.waker())) old = std::exchange(state_->waker, cx.waker());
      cx.waits_for("the last token of a wait group");
      return pin_.pending();
    }

   private:
    Arc<State> state_;
  };

  Token enter() { return Token(state_); }
  Done done() { return Done(state_); }
};

}  // namespace book::exercise
