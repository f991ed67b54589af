// A worker's pinned tasks: it is their scheduler, as chapter 04's executor is of its own.
#include <mutex>

#include "15_threads/pool_core.h"
#include "15_threads/worker.h"

namespace book {

void Worker::adopt(Task* task) {
  own(task);
  if (current_ == this) {
    count(born_);
  } else {
    pool_.count_task();
  }
  trace::spawn(task, task->place());
  bool refused;
  {
    const std::lock_guard lock(tasks_lock_);
    refused = refuses_tasks_;
    if (!refused) tasks_.push(task);
  }
  if (refused) {
    pool_.drop_unborn(task);
  } else {
    enqueue(task);
  }
}

void Worker::enqueue(Task* task) noexcept {
  if (current_ == this) return ready_.push(task);
  enqueue_from_elsewhere(task);
}

// Why no wake is lost: a worker that goes to sleep says so in its entry and then looks into the
// inbox (Idle::park); here the order is the other way round.
void Worker::enqueue_from_elsewhere(Task* task) noexcept {
  Arc<PoolCore> keep;  // the task, and the pool with it, may end at once
  {
    const std::lock_guard lock(inbox_lock_);
    if (!closed_) {
      keep = Arc<PoolCore>::share(&pool_);
      inbox_.push(task);
      inbox_has_tasks_.store(true);
    }
  }
  if (!keep) return release_queued(task);
  pool_.idle().wake(number_);
}

void Worker::take_inbox() noexcept {
  const std::lock_guard lock(inbox_lock_);
  inbox_has_tasks_.store(false, std::memory_order_relaxed);
  ready_.append(inbox_);
}

void Worker::turn_pinned(Task* task) {
  since_pinned_ = 0;
  const std::uint64_t old = state(task).fetch_and(~Task::kScheduled, std::memory_order_acq_rel);
  if (old & Task::kCompleted) return release_queued(task);
  if (old & Task::kCancelled) return finish_pinned(task);
  count(polls_);
  polling(task->place());
  const trace::Outcome outcome = poll(task);
  if (outcome != trace::Outcome::pending) {
    finish_pinned(task);
  } else if (task->is_stranded()) [[unlikely]] {
    task->retain();
    pool_.note_stranded(task);
  }
  polls_nothing();
}

void Worker::finish_pinned(Task* task) noexcept {
  drop_future(task);
  {
    const std::lock_guard lock(tasks_lock_);
    tasks_.remove(task);
  }
  complete(task);
  count(ended_);
}

void Worker::drop(Task* task) noexcept {
  if (!task->is_completed()) finish_pinned(task);
}

void Worker::close() noexcept {
  is_leaving_ = true;
  for (;;) {
    Task* task;
    {
      const std::lock_guard lock(tasks_lock_);
      refuses_tasks_ = true;  // a destructor may spawn
      task = tasks_.newest();
    }
    if (!task) break;
    polling(task->place());  // a destructor may not return, either
    finish_pinned(task);
    polls_nothing();
  }
  {
    const std::lock_guard lock(inbox_lock_);
    closed_ = true;
    ready_.append(inbox_);
  }
  while (!ready_.empty()) release_queued(ready_.pop());
  hand_back();  // before the last worker drops what all can take from
}

}  // namespace book
