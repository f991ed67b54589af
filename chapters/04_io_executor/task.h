// A task: one future, the state word that all its wakers share, and its links.
//
// The state word (who sets a bit, who clears it):
//
//   bit 0       scheduled   set by the wake that queues the task; cleared by the executor right
//                           before it polls. A wake that finds it set has nothing to do.
//   bit 1       completed   set by the executor when the future is gone; never cleared.
//   bit 2       cancelled   set by cancel(); the executor drops the future at the next turn.
//   bit 3       reported    set by the executor when it has noted that nobody can wake this task.
//   bits 4-6    joinable, joined, waiter: of a task that keeps its output, see chapter 10.
//   bits 8-31   handles     the executor is one, until the task is completed and in no queue.
//   bits 32-63  wakers      counted apart: a pending task without a waker can not wake.
//
// The task is freed when handles and wakers are both zero. There is no `running` bit: one executor
// polls on one thread, and a wake during the poll simply queues the task once more, behind the
// others. Chapter 04 explains it.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "common/solo_atomic.h"
#include "common/trace.h"
#include "common/waker.h"

namespace book {

class ExecutorCore;

class Task {
 public:
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  Place place() const noexcept { return {file_, line_}; }
  WaitReason waits_for() const noexcept { return {wait_what_, wait_number_}; }
  std::uint32_t wakers() const noexcept { return state_.load(std::memory_order_acquire) >> 32; }
  bool is_completed() const noexcept { return state_.load(std::memory_order_acquire) & kCompleted; }

  /// Asks the executor to drop the future at the task's next turn. From any thread.
  void cancel() noexcept;
  /// One more, one less owner that is not a waker (a join handle). From any thread.
  void retain() noexcept { state_.fetch_add(kOneHandle, std::memory_order_relaxed); }
  void release() noexcept { release(kOneHandle); }

 protected:
  /// `born_with`: bits, and handles beside the executor's, that the state word begins with.
  explicit Task(Place place, std::uint64_t born_with = 0) noexcept
      : state_((kScheduled | kOneHandle) + born_with), line_(place.line), file_(place.file) {}
  virtual ~Task() = default;

  static constexpr std::uint64_t kScheduled = 1;
  static constexpr std::uint64_t kCompleted = 2;
  static constexpr std::uint64_t kCancelled = 4;
  static constexpr std::uint64_t kReported = 8;
  static constexpr std::uint64_t kJoinable = 16;
  static constexpr std::uint64_t kJoined = 32;
  static constexpr std::uint64_t kWaiter = 64;
  static constexpr std::uint64_t kOneHandle = 1ull << 8;
  static constexpr std::uint64_t kOneWaker = 1ull << 32;
  static constexpr std::uint64_t kOwners = ~0ull << 8;

  SoloAtomic<std::uint64_t> state_;

 private:
  friend class ExecutorCore;
  friend class ReadyQueue;

  /// Polls the future: pending, ready, or threw when it ended in an exception that is kept. May
  /// throw: the future is then finished too, and nobody will read the exception.
  virtual trace::Outcome poll_future(Context& cx) = 0;
  /// Destroys the future, or whatever is left of it. Called once, on the executor's thread, before
  /// the task is `completed`.
  virtual void drop_future() noexcept = 0;
  /// Called once, right after the task was `completed`, if it was born joinable.
  /// `state` is the state word as it was just before.
  virtual void tell_joiner(std::uint64_t /*state*/) noexcept {}

  static const WakerVTable kWakerVTable;
  static Task& from(void* data) noexcept { return *static_cast<Task*>(data); }

  /// Pending, in no queue, and without a waker: nothing but cancel() can reach it.
  bool is_stranded() const noexcept {
    const std::uint64_t state = state_.load(std::memory_order_acquire);
    return !(state & (kScheduled | kCompleted)) && state >> 32 == 0;
  }

  void schedule(std::uint64_t bits = kScheduled) noexcept;
  void wake_and_drop_waker() noexcept;
  void drop_waker() noexcept;
  void release(std::uint64_t owner) noexcept;
  void free() noexcept;

  ExecutorCore* core_ = nullptr;  // for enqueue(): see ExecutorCore::finish on how long it lives
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

 private:
  Task* first_ = nullptr;
  Task* last_ = nullptr;
};

}  // namespace book
