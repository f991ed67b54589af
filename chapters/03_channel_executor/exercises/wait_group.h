// Exercise 3: wait for the others.
//
// spawn() gives nothing back: one task cannot ask for another's end. A WaitGroup can tell it.
//
//     WaitGroup group;
//     for (...) spawner.spawn(Child(group.enter(), ...));   // each child holds a token
//     spawner.spawn(Parent(group.done(), ...));             // done() ends with the last token
//
// It is 02's timer once more: a state that two sides share, and a waker in it. Here the other side
// is whoever drops the last token, on whatever thread.
//
// Run its test with: make exercise CHAPTER=03
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
      // TODO: one token less; and whoever leaves as the last one wakes the task that waits.
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
      // TODO: nobody waits any more. Whose waker is still in there?
    }

    Poll<void> poll(Context& cx) {
      pin_.enter();
      // TODO: ready when no token is left; else the waker of THIS poll goes into the state.
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
