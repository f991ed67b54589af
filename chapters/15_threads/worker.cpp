// A worker's loop: its turns, its looks at the reactor, and its sleep. worker_next.cpp: which
// shared task is next. worker_pinned.cpp: the tasks that stay here.
#include "15_threads/worker.h"

#include <fmt/format.h>

#include <stdexcept>

#include "15_threads/pool_core.h"

namespace book {
namespace {

/// After this many polls in a row a worker looks at the reactor, as chapter 04's executor does.
constexpr int kPollsBetweenLooks = 256;
/// So many turns of shared tasks, then one of a pinned one.
constexpr unsigned kSharedInARow = 31;

}  // namespace

/// A task's own, but for a task that wakes itself while it is polled here: that is a note to its
/// worker, who queues it when the poll ends.
const WakerVTable Worker::kWakers{
    .clone = [](void* task) { task_wakers().clone(task); },
    .wake = [](void* task) { task_wakers().wake(task); },
    .wake_by_ref =
        [](void* task) {
          Worker* const here = current_;
          if (!here || here->polled_ != task) return task_wakers().wake_by_ref(task);
          trace::wake(task);
          here->woke_itself_ = true;
        },
    .drop = [](void* task) { task_wakers().drop(task); },
};

Worker::Worker(PoolCore& pool, unsigned number)
    : pool_(pool),
      number_(number),
      name_(fmt::format("{} {}", pool.name(), number)),
      alone_(pool.worker_count() == 1),
      random_(pool.seed() + number),
      looks_(pool.worker_count()) {}

// --- Being one ------------------------------------------------------------------------------

Worker::Running::Running(Worker& worker)
    : worker_(worker),
      outer_(current_),
      scheduler_(worker.pool_),
      reactor_(worker.pool_.reactor()),
      random_(worker.random_),
      name_(worker.name_.c_str()) {
  if (worker.is_run_.exchange(true, std::memory_order_acquire)) {
    throw std::logic_error("this thread pool is running already, on another thread");
  }
  current_ = &worker;
  worker.pool_.idle().enter(worker.number_);
}

Worker::Running::~Running() {
  worker_.found_work();  // it searches no more
  worker_.hand_back();
  worker_.pool_.idle().leave(worker_.number_);
  current_ = outer_;
  worker_.is_run_.store(false, std::memory_order_release);
}

void Worker::run_until(const Task* goal) {
  goal_ = goal ? Goal::task : Goal::no_tasks;
  goal_task_ = goal;
  pool_.run_waits(goal == nullptr);
  loop();
  pool_.run_waits(false);
}

void Worker::run_until_the_end() {
  goal_ = Goal::the_end;
  loop();
}

bool Worker::reached() const noexcept {
  switch (goal_) {
    case Goal::task:
      return goal_task_->is_completed();
    case Goal::no_tasks:
      return pool_.task_count() == 0;
    case Goal::the_end:
      return pool_.is_ending();
  }
  return true;
}

void Worker::loop() {
  int polls_left = kPollsBetweenLooks;
  for (;;) {
    if (goal_ == Goal::task ? goal_task_->is_completed() : goal_ == Goal::the_end && reached())
      return;
    if (polls_left == 0) {
      look_at_reactor();
      polls_left = kPollsBetweenLooks;
    }
    if (one_turn()) {
      polls_left = PoolCore::used_up_its_turn() ? 0 : polls_left - 1;
      continue;
    }
    if (goal_ == Goal::no_tasks && reached()) return;
    if (number_ == 0) pool_.throw_deadlock();
    count(parks_);
    trace::park();
    is_searching_ = pool_.idle().park(number_, is_searching_, *this);
    trace::unpark();
    wake_for_more();
    polls_left = kPollsBetweenLooks;
  }
}

/// False: there is nothing to do, anywhere.
bool Worker::one_turn() {
  if (ready_.empty() && inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();
  if (!ready_.empty() && (alone_ || since_pinned_ >= kSharedInARow)) {
    found_work();
    turn_pinned(ready_.pop());
    return true;
  }
  if (alone_) return false;
  Task* task = next_shared();
  if (!task && !ready_.empty()) {
    found_work();
    turn_pinned(ready_.pop());
    return true;
  }
  if (!task) task = find_work();
  if (!task) return false;
  found_work();
  ++since_pinned_;
  pool_.turn(task, *this);
  return true;
}

// --- The reactor ----------------------------------------------------------------------------

void Worker::look_at_reactor() {
  pool_.report_stranded();
  if (inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();
  const Reactor::Waiting waiting = pool_.reactor().waiting();
  if ((waiting.timers == 0 && waiting.io == 0) || !pool_.idle().take_reactor()) return;
  is_firing_ = true;
  pool_.reactor().poll_now();
  is_firing_ = false;
  pool_.idle().leave_reactor();
  wake_for_more();
}

bool Worker::has_work() noexcept {
  if (number_ != 0 && pool_.run_is_over()) pool_.idle().wake(0);
  if (inbox_has_tasks_.load() || reached()) return true;
  if (number_ == 0 && pool_.is_deadlocked()) return true;
  return !alone_ && pool_.has_shared_work();
}

void Worker::all_asleep() { pool_.judge_silence(); }

void Worker::drive(std::optional<Duration> limit) {
  const Reactor::Waiting waiting = pool_.reactor().waiting();
  if (!waiting.nothing()) pool_.report_stranded();
  trace::idle(waiting.timers, waiting.io);
  is_firing_ = true;
  limit ? pool_.reactor().wait_for(*limit) : pool_.reactor().wait();
  is_firing_ = false;
}

WorkerStats Worker::stats() const noexcept {
  return {polls_.load(std::memory_order_relaxed), steals_.load(std::memory_order_relaxed),
          parks_.load(std::memory_order_relaxed)};
}

std::string Worker::describe() const { return pool_.describe(); }

}  // namespace book
