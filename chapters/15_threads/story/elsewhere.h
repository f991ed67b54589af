// co_await go_elsewhere(): the task goes on on another thread. A pool never promises that, and
// never promises the opposite; this future brings it about, so that a story can tell of it.
//
// For a task that all workers share, in a pool of two or more.
#pragma once

#include <latch>
#include <memory>
#include <utility>

#include "05_async_await/async.h"
#include "15_threads/spawn_local.h"
#include "common/future.h"

namespace book::story {

class [[nodiscard]] GoElsewhere : PinnedOncePolled {
  struct Move {
    Waker waker;
    std::latch arrived{1};
  };

 public:
  using Output = void;

  Poll<void> poll(Context& cx) {
    pin_.enter();
    if (move_) {
      move_->arrived.count_down();
      return Poll<void>::ready();
    }
    move_ = std::make_shared<Move>();
    move_->waker = cx.waker();
    spawn_local(keeps_this_thread(move_));  // its turn is when this poll has returned
    return pin_.pending();
  }

 private:
  static Async<> keeps_this_thread(std::shared_ptr<Move> move) {
    std::move(move->waker).wake();  // the task is ready, in the slot of this worker
    move->arrived.wait();           // which does not come back to it: another one takes it
    co_return;
  }

  std::shared_ptr<Move> move_;
};

inline GoElsewhere go_elsewhere() { return {}; }

}  // namespace book::story
