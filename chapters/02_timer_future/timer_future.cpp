#include "02_timer_future/timer_future.h"

#include <thread>
#include <utility>

#include "common/start_thread.h"

namespace book {

TimerFuture::TimerFuture(Duration wait) : state_(make_arc<SharedState>()) {
  start_thread([state = state_, wait] { sleep_then_wake(state, wait); }).detach();
}

void TimerFuture::sleep_then_wake(const Arc<SharedState>& state, Duration wait) {
  // blocks: a thread of its own
  std::this_thread::sleep_for(wait);
  Waker waker;
  {
    std::scoped_lock lock(state->mutex);
    state->completed = true;          // first the news,
    waker = std::move(state->waker);  // then the waker, both under one lock,
  }
  std::move(waker).wake();  // and the wake outside it: the task may poll at once, on any thread
}

Poll<void> TimerFuture::poll(Context& cx) {
  pin_.enter();
  Waker old;  // dropped after the lock is free: a drop may run anything, even another poll
  std::scoped_lock lock(state_->mutex);
  if (state_->completed) return Poll<void>::ready();
  if (!state_->waker.will_wake(cx.waker())) old = std::exchange(state_->waker, cx.waker());
  cx.waits_for("a timer's thread");
  return pin_.pending();
}

TimerFuture::~TimerFuture() {
  if (!state_) return;  // moved away
  Waker old;
  std::scoped_lock lock(state_->mutex);
  old = std::move(state_->waker);
}

}  // namespace book
