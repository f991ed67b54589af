// The end of a thread pool: each worker drops its own tasks and hands back what it has queued, and
// the last one drops all others.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "04_io_executor/silence.h"
#include "15_threads/pool_core.h"
#include "common/append.h"

namespace book {
namespace {
/// What is longer would overflow when it is added to the time.
constexpr Duration kAYear = std::chrono::hours(24 * 365);
}  // namespace

std::size_t PoolCore::shutdown(std::optional<Duration> limit) {
  if (Worker* here = Worker::current(); here && &here->pool_ == this) {
    throw std::logic_error("a thread pool cannot end inside one of its own tasks");
  }
  {
    const std::lock_guard lock(end_mutex_);
    if (shut_down_) return still_there_;
  }
  {
    Worker::Running running(*workers_[0]);  // throws when it runs on another thread
    ending_.store(true);
    idle_.wake_all();
    workers_[0]->close();
    leave();
  }
  std::unique_lock lock(end_mutex_);
  shut_down_ = true;
  const auto all_left = [this] { return all_dropped_; };
  if (limit) {
    // A worker on its way out is no poll that does not return.
    if (!left_.wait_for(lock, std::min(*limit, kAYear), all_left) && stuck_tasks().empty())
      left_.wait_for(lock, std::chrono::seconds(1), all_left);
  } else {
    while (!left_.wait_for(lock, std::chrono::seconds(1), all_left)) {
      say_stuck("a thread pool ends, and waits for a poll that does not return:");
    }
  }
  const std::size_t left = still_there_;
  lock.unlock();
  if (left > 0)
    say_stuck("a thread pool has ended without waiting for a poll that does not return:");
  for (std::thread& thread : threads_) {
    if (left == 0) {
      thread.join();
    } else {
      thread.detach();
    }
  }
  threads_.clear();
  return left;
}

/// Nothing of a worker that is between two polls: it is on its way.
void PoolCore::say_stuck(const char* what) const {
  const std::string tasks = stuck_tasks();
  if (!tasks.empty()) detail::say(what + tasks);
}

std::string PoolCore::stuck_tasks() const {
  std::string text;
  for (const Arc<Worker>& worker : workers_) {
    const Place place = worker->polls_now();
    if (!place.file) continue;
    append(text, "\n  the task spawned at {}:{}, on {}", place.file, place.line, worker->name());
  }
  return text;
}

void PoolCore::leave() noexcept {
  bool last;
  {
    const std::lock_guard lock(end_mutex_);
    last = still_there_ == 1;
    if (!last) --still_there_;
  }
  if (!last) return;
  drop_all();
  const std::lock_guard lock(end_mutex_);
  still_there_ = 0;
  all_dropped_ = true;
  left_.notify_all();
}

/// Of a task that leaves the workers' queues for good.
void PoolCore::hand_over(Task* task) noexcept {
  state(task).fetch_or(Task::kScheduled, std::memory_order_acq_rel);
  state(task).fetch_and(~Task::kRunning, std::memory_order_acq_rel);
}

/// On the last worker's thread, with scheduler and reactor current.
void PoolCore::drop_all() noexcept {
  // The injector stays open: a thread outside that wakes a task may be about to push it.
  ReadyQueue queued;
  injector_.take(queued, injector_.size());
  ReadyQueue handed_over;
  while (!queued.empty()) {
    Task* const task = queued.pop();
    hand_over(task);
    handed_over.push(task);
  }
  for (std::size_t i = 0; i < lists_; ++i) {
    for (;;) {
      Task* task;
      {
        const std::lock_guard lock(tasks_[i].lock);
        tasks_[i].refuses_tasks = true;  // a destructor may spawn
        task = tasks_[i].list.newest();
      }
      if (!task) break;
      Worker::current()->polling(task->place());  // a destructor may not return, either
      finish(task);
      Worker::current()->polls_nothing();
    }
  }
  queued = injector_.close();
  handed_over.append(queued);
  while (!handed_over.empty()) release_queued(handed_over.pop());
  while (Task* task = Worker::current()->queue_.pop()) release_queued(task);
  const std::lock_guard lock(stranded_mutex_);
  for (Task* task : stranded_) task->release();
  stranded_.clear();
}

}  // namespace book
