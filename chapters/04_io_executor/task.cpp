#include "04_io_executor/task.h"

#include "04_io_executor/scheduler.h"

namespace book {

const WakerVTable Task::kWakerVTable{
    .clone =
        [](void* data) {
          trace::waker_clone(data);
          from(data).state_.fetch_add(kOneWaker, std::memory_order_relaxed);
        },
    .wake = [](void* data) { from(data).wake_and_drop_waker(); },
    .wake_by_ref = [](void* data) { from(data).schedule(); },
    .drop = [](void* data) { from(data).drop_waker(); },
};

void Task::cancel() noexcept { schedule(kScheduled | kCancelled); }

// The read-modify-write happens even when the task is already scheduled: its release half is what
// makes the waker's news visible to the poll, whose fetch_and acquires it.
void Task::schedule(std::uint64_t bits) noexcept {
  trace::wake(this);
  const std::uint64_t old = state_.fetch_or(bits, std::memory_order_acq_rel);
  if (!(old & kNotIdle)) scheduler_->enqueue(this);
}

// One step for both, since most wakers are used up by their wake. The task outlives the step: as
// long as `scheduled` is set and it is in no queue, the executor keeps its handle.
void Task::wake_and_drop_waker() noexcept {
  trace::wake(this);
  std::uint64_t old = state_.load(std::memory_order_acquire);
  std::uint64_t next;
  do {
    next = (old | kScheduled) - kOneWaker;
  } while (!state_.compare_exchange_weak(old, next, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  if (!(old & kNotIdle)) {
    scheduler_->enqueue(this);
  } else if (!(next & kOwners)) {
    free();
  }
}

// Dropping the last waker of a task that waits schedules it once more: the poll that follows either
// finds news, or shows that the task is stranded. While the task is being polled here, the end of
// that poll will look.
void Task::drop_waker() noexcept {
  trace::waker_drop(this);
  const bool polled_here = Scheduler::polling() == this;
  std::uint64_t old = state_.load(std::memory_order_relaxed);
  std::uint64_t next;
  bool last;
  do {
    next = old - kOneWaker;
    last = next >> 32 == 0 && !(next & kNotIdle) && !polled_here;
    if (last) next |= kScheduled;
  } while (!state_.compare_exchange_weak(old, next, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
  if (last) {
    trace::wake(this);
    scheduler_->enqueue(this);
  } else if (!(next & kOwners)) {
    free();
  }
}

void Task::release(std::uint64_t owner) noexcept {
  const std::uint64_t old = state_.fetch_sub(owner, std::memory_order_acq_rel);
  if (!((old - owner) & kOwners)) free();
}

void Task::free() noexcept { delete this; }

}  // namespace book
