// A task: one future, the state word that all its wakers share, and its links.
//
//     | wakers (32) | handles (24) | running | the subclass's (2) | observed reported cancelled
//                                                                           completed scheduled |
//
// **Thread safety**
//   Any thread that holds a waker or a handle may wake, cancel, retain and release, and read the
//   state. The future, the reason and the links between tasks belong to the executor's thread.
//   The link of a queue belongs to the queue: of the inbox, under its mutex.
//
// **Invariants**
//   - A task is in one queue at most. It is in one, or a waking thread is about to put it there,
//     exactly while `scheduled` is set.
//   - The executor's thread polls the future, and destroys it before it sets `completed`.
//   - The executor holds one handle until the task is completed and in no queue.
//   - Wakers are counted apart from handles: a pending task that has handles only cannot wake.
//   - The thread that takes the last waker or handle away frees the task.
//
// This chapter's executor leaves `running` alone: it polls on one thread, and a wake during the
// poll queues the task once more, behind the others. Chapter 04 explains it.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "common/solo_atomic.h"
#include "common/trace.h"
#include "common/waker.h"

namespace book {

class Scheduler;

class Task {
 public:
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  Place place() const noexcept { return {file_, line_}; }
  WaitReason waits_for() const noexcept { return {wait_what_, wait_number_}; }
  std::uint32_t wakers() const noexcept { return state_.load(std::memory_order_acquire) >> 32; }
  bool is_completed() const noexcept { return state_.load(std::memory_order_acquire) & kCompleted; }
  /// Pending, in no queue, and without a waker: nothing but cancel() can reach it.
  bool is_stranded() const noexcept {
    const std::uint64_t state = state_.load(std::memory_order_acquire);
    return !(state & kNotIdle) && state >> 32 == 0;
  }

  /// Asks the executor to drop the future at the task's next turn. From any thread.
  void cancel() noexcept;
  /// One more, one less owner that is not a waker (a join handle). From any thread.
  void retain() noexcept { state_.fetch_add(kOneHandle, std::memory_order_relaxed); }
  void release() noexcept { release(kOneHandle); }

  // The state word, of which only the scheduler and the subclass change anything.

  /// Set at birth, and by the thread whose wake queues the task; a wake that finds it set has
  /// nothing to do. Cleared by the executor's thread, right before it polls.
  static constexpr std::uint64_t kScheduled = 1;
  /// Set by the executor's thread when the future is gone. Never cleared. With `scheduled` it means
  /// that the task still lies in a queue, which keeps the executor's handle.
  static constexpr std::uint64_t kCompleted = 2;
  /// Set by the thread that calls cancel(), in one step with `scheduled`: at the turn that follows
  /// the executor's thread drops the future. Never cleared.
  static constexpr std::uint64_t kCancelled = 4;
  /// Set by the executor's thread when it has noted that nothing can wake this task. Never cleared:
  /// that is said once. Never set on a task that is `scheduled` or `completed`.
  static constexpr std::uint64_t kReported = 8;
  /// Born with it, or never: the executor's thread calls completed() at the end. Never cleared.
  static constexpr std::uint64_t kObserved = 16;
  /// The first of two bits that the executor leaves alone: the subclass's own.
  static constexpr std::uint64_t kFirstOwnBit = 32;
  /// For schedulers with several threads. Set by the thread that takes the task from its queue, in
  /// the step that clears `scheduled`; cleared by the same thread when the poll left the task
  /// pending. A wake that finds it set leaves the queueing to that thread: or a second thread could
  /// poll the task while the first still does.
  static constexpr std::uint64_t kRunning = 128;
  /// A wake that finds one of these does not queue the task.
  static constexpr std::uint64_t kNotIdle = kScheduled | kRunning | kCompleted;
  static constexpr std::uint64_t kOneHandle = 1ull << 8;
  static constexpr std::uint64_t kOneWaker = 1ull << 32;
  static constexpr std::uint64_t kOwners = ~0ull << 8;
  /// It lies in a queue, or the thread that set `scheduled` is about to put it there.
  static constexpr bool is_queued(std::uint64_t state) noexcept {
    return (state & (kScheduled | kRunning)) == kScheduled;
  }

 protected:
  /// `born_with`: bits, and handles beside the executor's, that the state word begins with.
  explicit Task(Place place, std::uint64_t born_with = 0) noexcept
      : state_((kScheduled | kOneHandle) + born_with), line_(place.line), file_(place.file) {}
  virtual ~Task() = default;

  SoloAtomic<std::uint64_t> state_;

 private:
  friend class ReadyQueue;
  friend class Scheduler;
  friend class TaskList;

  /// Polls the future: pending, ready, or threw when it ended in an exception that is kept. May
  /// throw: the future is then finished too, and the executor reports the exception.
  virtual trace::Outcome poll_future(Context& cx) = 0;
  /// Destroys the future, or whatever is left of it. Called once, on the executor's thread, before
  /// the task is `completed`.
  virtual void drop_future() noexcept = 0;
  /// Called once, on the executor's thread, right after the task was `completed`, if it was born
  /// `observed`. `state` is the state word as it was just before.
  virtual void completed(std::uint64_t /*state*/) noexcept {}

  static const WakerVTable kWakerVTable;
  static Task& from(void* data) noexcept { return *static_cast<Task*>(data); }

  void schedule(std::uint64_t bits = kScheduled) noexcept;
  void wake_and_drop_waker() noexcept;
  void drop_waker() noexcept;
  void release(std::uint64_t owner) noexcept;
  void free() noexcept;

  Scheduler* scheduler_ = nullptr;  // see Scheduler::complete on how long it lives
  Task* next_ready_ = nullptr;
  Task* older_ = nullptr;
  Task* newer_ = nullptr;
  int line_;
  int wait_number_ = -1;
  const char* file_;
  const char* wait_what_ = nullptr;
};

/// A task that holds a future of type F and forgets its output.
template <class F>
class FutureTask final : public Task {
 public:
  template <class... Args>
  explicit FutureTask(Place place, Args&&... args)
      : Task(place), future_(std::forward<Args>(args)...) {}

 private:
  ~FutureTask() override {}
  trace::Outcome poll_future(Context& cx) override {
    return future_.poll(cx).is_ready() ? trace::Outcome::ready : trace::Outcome::pending;
  }
  void drop_future() noexcept override { future_.~F(); }

  union {
    F future_;  // ended by drop_future(): wakers keep the task, not the future, alive
  };
};

/// First in, first out, through the tasks' own links: queueing allocates nothing.
class ReadyQueue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  void push(Task* task) noexcept {
    task->next_ready_ = nullptr;
    (first_ ? last_->next_ready_ : first_) = task;
    last_ = task;
  }
  Task* pop() noexcept {
    Task* task = first_;
    first_ = task->next_ready_;
    return task;
  }
  /// Takes all of `other`, behind what is here.
  void append(ReadyQueue& other) noexcept {
    if (other.empty()) return;
    (first_ ? last_->next_ready_ : first_) = other.first_;
    last_ = other.last_;
    other.first_ = nullptr;
  }

 private:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
};

/// All tasks of an executor, through further links of their own.
class TaskList {
 public:
  bool empty() const noexcept { return newest_ == nullptr; }
  Task* newest() const noexcept { return newest_; }
  const Task* oldest() const noexcept {
    const Task* oldest = newest_;
    while (oldest && oldest->older_) oldest = oldest->older_;
    return oldest;
  }
  static const Task* older(const Task* task) noexcept { return task->older_; }
  static const Task* newer(const Task* task) noexcept { return task->newer_; }

  void push(Task* task) noexcept {
    task->older_ = newest_;
    if (newest_) newest_->newer_ = task;
    newest_ = task;
  }
  void remove(Task* task) noexcept {
    (task->newer_ ? task->newer_->older_ : newest_) = task->older_;
    if (task->older_) task->older_->newer_ = task->newer_;
  }

 private:
  Task* newest_ = nullptr;
};

}  // namespace book
