#include "15_threads/pool_core.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace book {
namespace {

unsigned checked(const ThreadPoolOptions& options) {
  const unsigned asked =
      options.workers ? options.workers : std::max(1u, std::thread::hardware_concurrency());
  if (asked > 1 && options.time == TimeMode::virtual_time) {
    throw std::invalid_argument(
        "virtual time is for one worker: with several, the order of events would differ from run "
        "to run");
  }
  if (asked > 1 && options.seed) {
    throw std::invalid_argument(
        "a seed is for one worker: with several, the order of events would differ from run to run");
  }
  constexpr unsigned kMost = 1024;
  if (asked > kMost) {
    throw std::invalid_argument(
        fmt::format("a thread pool of {} workers: {} is the most", asked, kMost));
  }
  return asked;
}

}  // namespace

PoolCore::PoolCore(ThreadPoolOptions options)
    : worker_count_(checked(options)),
      options_(std::move(options)),
      reactor_(options_.time),
      idle_(worker_count_, reactor_, options_.hand_over_after),
      lists_(std::bit_ceil(8 * worker_count_)),
      tasks_(std::make_unique<Tasks[]>(lists_)),
      still_there_(worker_count_) {
  for (unsigned i = 0; i < worker_count_; ++i) workers_.push_back(make_arc<Worker>(*this, i));
}

void PoolCore::start() {
  for (unsigned number = 1; number < worker_count_; ++number) {
    try {
      threads_.emplace_back(
          [keep = Arc<PoolCore>::share(this), number] { keep->run_thread(number); });
    } catch (const std::system_error& error) {
      {
        const std::lock_guard lock(end_mutex_);
        still_there_ -= worker_count_ - number;
      }
      shutdown(std::nullopt);
      throw std::system_error(error.code(), fmt::format("cannot start {} {} of {}", options_.name,
                                                        number, worker_count_));
    }
  }
}

void PoolCore::run_thread(unsigned number) {
  ::pthread_setname_np(::pthread_self(), workers_[number]->name().substr(0, 15).c_str());
  if (options_.on_thread_start) options_.on_thread_start();
  Worker::Running running(*workers_[number]);
  workers_[number]->run_until_the_end();
  workers_[number]->close();
  leave();
}

// --- Tasks ----------------------------------------------------------------------------------

PoolCore::Tasks& PoolCore::tasks_of(const Task* task) noexcept {
  const auto mixed = reinterpret_cast<std::uintptr_t>(task) * 0x9e3779b97f4a7c15;
  return tasks_[(mixed >> 32) & (lists_ - 1)];
}

void PoolCore::adopt(Task* task) {
  if (worker_count_ == 1) return workers_[0]->adopt(task);
  own(task);
  count_task();
  trace::spawn(task, task->place());
  if (const Worker* here = worker_here(); here && !here->is_leaving_) {
    // No other thread knows the task yet, so this need not be one step.
    state(task).store(
        state(task).load(std::memory_order_relaxed) + Task::kRunning - Task::kScheduled,
        std::memory_order_relaxed);
  }
  bool refused;
  {
    Tasks& tasks = tasks_of(task);
    const std::lock_guard lock(tasks.lock);
    refused = tasks.refuses_tasks;
    if (!refused) tasks.list.push(task);
  }
  if (refused) {
    drop_unborn(task);
  } else {
    enqueue(task);
  }
}

/// Of a task that comes when the last worker has gone: it is in no list and in no queue.
void PoolCore::drop_unborn(Task* task) noexcept {
  std::fprintf(stderr,
               "a task was spawned while its executor ends: it never runs, and is dropped (spawned "
               "at %s:%d)\n",
               task->place().file, task->place().line);
  state(task).fetch_and(~(Task::kScheduled | Task::kRunning), std::memory_order_acq_rel);
  drop_future(task);
  complete(task);
  forget_task();
}

void PoolCore::enqueue(Task* task) noexcept {
  if (Worker* here = worker_here()) return here->push(task);
  const auto keep = Arc<PoolCore>::share(this);  // the task, and we with it, may end at once
  if (!injector_.push(task)) return release_queued(task);
  idle_.wake_one();
}

void PoolCore::turn(Task* task, Worker& worker) {
  std::uint64_t old = state(task).load(std::memory_order_acquire);
  if (!(old & Task::kRunning)) {
    // A wake has queued it: `scheduled` is set, and one addition changes both.
    old = state(task).fetch_add(Task::kRunning - Task::kScheduled, std::memory_order_acq_rel);
  } else if (old & Task::kScheduled) {
    // A worker has queued it, and a wake came after that. What the wake brought is seen from here.
    old = state(task).fetch_and(~Task::kScheduled, std::memory_order_acq_rel);
  }
  if (old & Task::kCancelled) return finish(task);
  worker.count(worker.polls_);
  worker.polling(task->place());
  worker.polled_ = task;
  worker.woke_itself_ = false;
  const trace::Outcome outcome = poll(task, Worker::kWakers);
  worker.polled_ = nullptr;
  if (outcome != trace::Outcome::pending) {
    finish(task);
    return worker.polls_nothing();
  }
  worker.polls_nothing();
  if (worker.woke_itself_) return worker.push_back(task);
  // From the moment that `running` is given up the task is any worker's, unless it is queued here.
  old = state(task).load(std::memory_order_acquire);
  const bool may_be_stranded = old >> 32 == 0 && !(old & Task::kScheduled);
  if (may_be_stranded) [[unlikely]]
    task->retain();
  old = state(task).fetch_and(~Task::kRunning, std::memory_order_acq_rel);
  if (old & Task::kScheduled) worker.push_back(task);
  if (may_be_stranded) [[unlikely]]
    note_stranded(task);
}

void PoolCore::finish(Task* task) noexcept {
  drop_future(task);
  {
    Tasks& tasks = tasks_of(task);
    const std::lock_guard lock(tasks.lock);
    tasks.list.remove(task);
  }
  complete(task);
  forget_task();
}

Worker* PoolCore::worker_here() const noexcept {
  Worker* const here = Worker::current();
  return here && &here->pool_ == this ? here : nullptr;
}

void PoolCore::count_task() noexcept {
  if (Worker* here = worker_here()) return Worker::count(here->born_);
  born_outside_.fetch_add(1, std::memory_order_acq_rel);
}
void PoolCore::forget_task() noexcept {
  if (Worker* here = worker_here()) return Worker::count(here->ended_);
  ended_outside_.fetch_add(1, std::memory_order_acq_rel);
}

/// Why 0 is never said too early, though the words are read one after the other: the ends are read
/// first. Of each end that is counted the birth came before it, and the births of all that this
/// task has spawned: these are counted too. So, as long as a task lives that was spawned by one of
/// them, or before this was called, there are more births than ends.
std::size_t PoolCore::task_count() const noexcept {
  std::uint64_t ended = ended_outside_.load(std::memory_order_acquire);
  for (const auto& worker : workers_) ended += worker->ended_.load(std::memory_order_acquire);
  std::uint64_t born = born_outside_.load(std::memory_order_acquire);
  for (const auto& worker : workers_) born += worker->born_.load(std::memory_order_acquire);
  return born - ended;
}

bool PoolCore::has_shared_work() const noexcept {
  if (!injector_.empty()) return true;
  for (const Arc<Worker>& worker : workers_) {
    if (!worker->queue_.empty()) return true;
  }
  return false;
}

}  // namespace book
