#include "04_io_executor/executor.h"

#include <cstdio>
#include <stdexcept>
#include <utility>

namespace book {
namespace {

/// After this many polls in a row the executor looks at the reactor, so that busy tasks cannot
/// keep descriptors and timers waiting. One look costs about as much as twenty polls.
constexpr int kPollsBetweenLooks = 256;

/// An address that no other living thread has.
const void* this_thread() noexcept {
  static thread_local char token;
  return &token;
}

/// Said, not thrown: who spawns while an executor ends is most often a destructor.
void report_too_late(Place spawned_at) noexcept {
  std::fprintf(stderr,
               "a task was spawned while its executor ends: it never runs, and is dropped (spawned "
               "at %s:%d)\n",
               spawned_at.file, spawned_at.line);
}

}  // namespace

ExecutorCore::Running::Running(ExecutorCore& core)
    : core_(core), scheduler_(core), reactor_(core.reactor_), random_(core.rng_) {
  if (core.running_.exchange(true, std::memory_order_acquire)) {
    throw std::logic_error(core.thread_.load(std::memory_order_relaxed) == this_thread()
                               ? "an executor cannot end inside one of its own tasks"
                               : "this executor is running already, on another thread");
  }
  core.thread_.store(this_thread(), std::memory_order_relaxed);
}

ExecutorCore::Running::~Running() { core_.running_.store(false, std::memory_order_release); }

ExecutorCore::ExecutorCore(TimeMode time, std::optional<std::uint64_t> seed)
    : rng_(seed.value_or(0)), shuffles_(seed.has_value()), thread_(this_thread()), reactor_(time) {}

void ExecutorCore::adopt(Task* task) {
  if (thread_.load(std::memory_order_relaxed) != this_thread()) {
    refuse(task);
    throw std::logic_error(
        "spawn() on another thread than the executor's: spawn inside a task instead");
  }
  own(task);
  tasks_.push(task);
  ++task_count_;
  if (ending_) [[unlikely]]
    report_too_late(task->place());
  trace::spawn(task, task->place());
  ready_.push(task);
}

void ExecutorCore::enqueue(Task* task) noexcept {
  if (current() == this) return ready_.push(task);
  enqueue_from_elsewhere(task);
}

// Why no wake is lost: the waker puts the task into the inbox and then asks whether we sleep; we
// say that we sleep and then look into the inbox (park). Both in one order for all, so at least one
// of the two sees the other.
void ExecutorCore::enqueue_from_elsewhere(Task* task) noexcept {
  const auto keep = Arc<Scheduler>::share(this);  // the task, and we with it, may end at once
  {
    std::lock_guard lock(inbox_mutex_);
    if (!closed_) {
      inbox_.push(task);
      inbox_has_tasks_.store(true);
      task = nullptr;
    }
  }
  if (task) return release_queued(task);  // too late: the executor has ended
  if (sleeping_.exchange(false)) reactor_.notify();
}

void ExecutorCore::run_until(const Task* goal) {
  const auto reached = [&] { return goal ? goal->is_completed() : task_count_ == 0; };
  int polls_left = kPollsBetweenLooks;
  if (inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();  // wakes since the last run
  while (!reached()) {
    if (polls_left == 0) {
      poll_reactor();
      polls_left = kPollsBetweenLooks;
    }
    if (nothing_ready() && inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();
    if (nothing_ready()) {
      park();
      polls_left = kPollsBetweenLooks;
    } else {
      turn(next_ready());
      polls_left = used_up_its_turn() ? 0 : polls_left - 1;
    }
  }
}

void ExecutorCore::run_ready() {
  int polls_left = 0;  // a look at the reactor comes first
  for (;;) {
    if (polls_left == 0 || nothing_ready()) {
      poll_reactor();
      if (inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();
      polls_left = kPollsBetweenLooks;
    }
    if (nothing_ready()) return;
    turn(next_ready());
    polls_left = used_up_its_turn() ? 0 : polls_left - 1;
  }
}

/// One turn of a task that was just taken from the queue.
void ExecutorCore::turn(Task* task) {
  const std::uint64_t old = state(task).fetch_and(~Task::kScheduled, std::memory_order_acq_rel);
  if (old & Task::kCompleted) return release_queued(task);
  if (old & Task::kCancelled) return finish(task);
  ++polls_;
  if (poll(task) != trace::Outcome::pending) return finish(task);
  if (task->is_stranded()) [[unlikely]]
    note_stranded(task);
}

void ExecutorCore::finish(Task* task) noexcept {
  drop_future(task);
  tasks_.remove(task);
  --task_count_;
  complete(task);
}

void ExecutorCore::drop(Task* task) noexcept {
  if (!task->is_completed()) finish(task);
}

Task* ExecutorCore::next_ready() {
  if (!shuffles_) [[likely]]
    return ready_.pop();
  while (!ready_.empty()) shuffled_.push_back(ready_.pop());
  std::swap(shuffled_[rng_.next_u64() % shuffled_.size()], shuffled_.back());
  Task* drawn = shuffled_.back();
  shuffled_.pop_back();
  return drawn;
}

void ExecutorCore::take_inbox() noexcept {
  std::lock_guard lock(inbox_mutex_);
  inbox_has_tasks_.store(false, std::memory_order_relaxed);
  ready_.append(inbox_);
}

/// What busy tasks must not keep waiting: other threads' wakes, descriptors, timers.
void ExecutorCore::poll_reactor() {
  if (inbox_has_tasks_.load(std::memory_order_relaxed)) take_inbox();
  if (!stranded_.empty()) report_stranded();
  if (!reactor_.waiting().nothing()) reactor_.poll_now();
}

void ExecutorCore::park() {
  const Reactor::Waiting waiting = reactor_.waiting();
  if (waiting.nothing() && !inbox_has_tasks_.load()) diagnose_deadlock();
  if (!stranded_.empty()) report_stranded();
  trace::idle(waiting.timers, waiting.io);
  ++parks_;
  sleeping_.store(true);
  if (!inbox_has_tasks_.load()) reactor_.wait();
  sleeping_.store(false, std::memory_order_relaxed);
}

void ExecutorCore::close() noexcept {
  Running running(*this);
  ending_ = true;  // a destructor may spawn
  while (!tasks_.empty()) finish(tasks_.newest());
  {
    std::lock_guard lock(inbox_mutex_);
    closed_ = true;
    ready_.append(inbox_);
  }
  while (!ready_.empty()) release_queued(ready_.pop());
  for (Task* task : shuffled_) release_queued(task);
  for (Task* task : stranded_) task->release();
}

Executor::Executor(ExecutorOptions options)
    : core_(make_arc<ExecutorCore>(options.time, options.seed)) {}

Executor::~Executor() { core_->close(); }

void Executor::run_ready() {
  detail::refuse_inside_a_task("run_ready", "co_await yield_now()");
  ExecutorCore::Running running(*core_);
  core_->run_ready();
}

void Executor::run() {
  detail::refuse_inside_a_task("run", "spawn what it would run");
  ExecutorCore::Running running(*core_);
  core_->run_until(nullptr);
}

Executor::Root::Root(ExecutorCore& core, Task* task) : core_(core), task_(task) {
  core_.adopt(task_);
  task_->retain();
}

Executor::Root::~Root() {
  core_.drop(task_);
  task_->release();
}

}  // namespace book
