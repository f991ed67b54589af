#include "11_channels/wait_queue.h"

namespace book {

bool WaitQueue::wait(Waiter& waiter, const Context& cx, Locked& lock) {
  enter(waiter);
  if (waiter.waker_.will_wake(cx.waker())) {
    lock.unlock();
    return true;
  }
  // It has its place while the waker is copied, so nothing that happens meanwhile passes it by.
  lock.unlock();
  Waker waker = cx.waker();
  lock.lock();
  const bool waits = waiter.is_waiting();
  if (waits) std::swap(waiter.waker_, waker);
  lock.unlock();
  waker = Waker();  // the one of an earlier poll, or the one that came too late
  if (!waits) lock.lock();
  return waits;
}

void WaitQueue::wake_all(Locked& lock) {
  detail::WakeRound round;
  wake_all(lock, round);
  round.end();
}

void WaitQueue::wake_all(Locked& lock, detail::WakeRound& round) {
  // In a list of their own they are still found by forget(), and by no one else.
  LinkedList told;
  told.append(waiters_);
  for (bool more = true; more;) {
    WakerBatch batch;
    while (!told.empty() && !batch.full()) {
      batch.add(take(static_cast<Waiter&>(told.front())));
    }
    more = !told.empty();
    lock.unlock();
    batch.fire(round);
    if (more) lock.lock();
  }
}

}  // namespace book
