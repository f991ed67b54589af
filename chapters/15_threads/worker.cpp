#include "15_threads/worker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "15_threads/pool_core.h"

namespace book {
namespace {

/// After this many polls in a row a worker looks at the reactor, as chapter 04's executor does.
constexpr int kPollsBetweenLooks = 256;
/// So many turns of shared tasks, then one of a pinned one.
constexpr unsigned kSharedInARow = 31;
/// Every so many turns the injector comes first: what lies there shall not wait for an empty queue.
constexpr unsigned kTurnsBetweenInjector = 61;
constexpr std::size_t kMostAtOnce = 128;
/// So many turns in a row from the slot, then one from the queue: two tasks that wake each other
/// shall not keep the others waiting.
constexpr unsigned kSlotsInARow = 3;

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
      alone_(pool.worker_total() == 1),
      random_(pool.seed() + number),
      looks_(pool.worker_total()) {}

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
    if (goal_ != Goal::no_tasks && reached()) return;
    if (polls_left == 0) {
      look_at_reactor();
      polls_left = kPollsBetweenLooks;
    }
    if (one_turn()) {
      --polls_left;
      continue;
    }
    if (goal_ == Goal::no_tasks && reached()) return;
    if (number_ == 0) pool_.throw_deadlock();
    count(parks_);
    trace::park();
    is_searching_ = pool_.idle().park(number_, is_searching_, *this);
    trace::unpark();
    if (queue_.size() > 1) pool_.idle().wake_one();
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

// --- Pinned tasks ---------------------------------------------------------------------------

void Worker::adopt(Task* task) {
  own(task);
  pool_.count_task();
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

// Why no wake is lost: a worker that goes to sleep says so in its seat and then looks into the
// inbox (Idle::park); here the order is the other way round.
void Worker::enqueue(Task* task) noexcept {
  if (current_ == this) return ready_.push(task);
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
  polling({nullptr, 0});
}

void Worker::finish_pinned(Task* task) noexcept {
  drop_future(task);
  {
    const std::lock_guard lock(tasks_lock_);
    tasks_.remove(task);
  }
  complete(task);
  pool_.forget_task();
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
    finish_pinned(task);
  }
  {
    const std::lock_guard lock(inbox_lock_);
    closed_ = true;
    ready_.append(inbox_);
  }
  while (!ready_.empty()) release_queued(ready_.pop());
  hand_back();  // before the last worker drops what all can take from
}

// --- Shared tasks ---------------------------------------------------------------------------

void Worker::push(Task* task) noexcept {
  if (!is_firing_ && !is_leaving_) {
    task = slot_.exchange(task, std::memory_order_acq_rel);
    if (!task) return pool_.idle().watch();
  }
  push_to_queue(task);
}

void Worker::push_to_queue(Task* task) noexcept {
  if (!queue_.push(task)) {
    ReadyQueue shed;
    std::size_t count = 1;
    queue_.shed_half([&](Task* other) {
      shed.push(other);
      ++count;
    });
    shed.push(task);
    pool_.injector().push_all(shed, count);
  }
  if (!is_firing_) pool_.idle().wake_one();
}

void Worker::push_back(Task* task) noexcept {
  const bool was_firing = std::exchange(is_firing_, true);
  push_to_queue(task);
  is_firing_ = was_firing;
  if (queue_.size() > 1 || slot_.load(std::memory_order_relaxed)) pool_.idle().wake_one();
}

Task* Worker::next_shared() noexcept {
  if (++tick_ % kTurnsBetweenInjector == 0) {
    ReadyQueue one;
    if (pool_.injector().take(one, 1)) return one.pop();
  }
  const bool slot_first = slots_in_a_row_ < kSlotsInARow;
  if (slot_first) {
    if (Task* task = take_slot()) {
      ++slots_in_a_row_;
      return task;
    }
  }
  slots_in_a_row_ = 0;
  if (Task* task = queue_.pop()) return task;
  if (!slot_first) {
    if (Task* task = take_slot()) return task;
  }
  return take_from_injector();
}

Task* Worker::take_slot() noexcept {
  if (!slot_.load(std::memory_order_relaxed)) return nullptr;
  return slot_.exchange(nullptr, std::memory_order_acq_rel);
}

/// Out of another's slot, if it has lain there since the last look, and its worker has begun no
/// poll since. (That is the same task, or another one at its address: both have waited as long as
/// the poll that is under way.) `look_only`: leaves it there.
Task* Worker::take_stuck_task(bool look_only) noexcept {
  for (std::size_t i = 0; i < looks_.size(); ++i) {
    Worker& other = pool_.worker(i);
    if (&other == this) continue;
    const Look now{other.slot_.load(std::memory_order_acquire),
                   other.polls_.load(std::memory_order_acquire)};
    const Look before = std::exchange(looks_[i], now);
    if (!now.task || now.task != before.task || now.polls != before.polls) continue;
    if (look_only) return now.task;
    if (Task* task = other.slot_.exchange(nullptr, std::memory_order_acq_rel)) {
      count(steals_);
      trace::steal(task, other.name_.c_str());
      return task;
    }
  }
  return nullptr;
}

bool Worker::sees_stuck_task() noexcept { return take_stuck_task(true); }

/// This worker's share of it; its queue is empty.
Task* Worker::take_from_injector() noexcept {
  const std::size_t size = pool_.injector().size();
  if (size == 0) return nullptr;
  ReadyQueue share;
  if (!pool_.injector().take(share, std::min(size / pool_.worker_count() + 1, kMostAtOnce))) {
    return nullptr;
  }
  Task* const first = share.pop();
  while (!share.empty()) queue_.push(share.pop());
  return first;
}

/// From other workers, from a random one on.
Task* Worker::find_work() noexcept {
  if (!is_searching_) is_searching_ = pool_.idle().begin_search();
  if (!is_searching_) return nullptr;
  const std::size_t workers = pool_.worker_count();
  const std::size_t start = random_.next_u64() % workers;
  for (std::size_t i = 0; i < workers; ++i) {
    Worker& victim = pool_.worker((start + i) % workers);
    if (&victim == this) continue;
    if (Task* task = queue_.steal_from(victim.queue_)) {
      count(steals_);
      trace::steal(task, victim.name_.c_str());
      return task;
    }
  }
  if (Task* task = take_from_injector()) return task;
  return take_stuck_task(false);
}

/// The last of the searchers that finds work looks whether there is more, and wakes the next one:
/// while it searched, none was woken.
void Worker::found_work() noexcept {
  if (!std::exchange(is_searching_, false)) return;
  if (pool_.idle().end_search() && pool_.has_shared_work()) pool_.idle().wake_one();
}

void Worker::hand_back() noexcept {
  ReadyQueue all;
  std::size_t count = 0;
  for (;;) {
    Task* task = queue_.pop();
    if (!task) task = take_slot();
    if (!task) break;
    PoolCore::hand_over(task);
    all.push(task);
    ++count;
  }
  if (count == 0) return;
  pool_.injector().push_all(all, count);
  pool_.idle().wake_one();
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
  if (queue_.size() > 1) pool_.idle().wake_one();
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
