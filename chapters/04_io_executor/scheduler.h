// Scheduler: what its tasks and their wakers see of an executor, and what it may do with a task.
//
//                  enqueue, from any thread             poll
//      a waker ------------------------> its queues ----------> a task's future
//                                            ^
//      a new task ---------------------------+
//                          adopt
//
// One with a single thread is ExecutorCore, in this chapter. Those of chapters 14 and 15 have
// several, and run the same tasks. Counted, so that a wake that is under way while its executor
// ends finds a closed queue instead of freed memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "04_io_executor/task.h"
#include "common/arc.h"
#include "common/borrowed_waker.h"
#include "common/report_exception.h"

namespace book {

class Scheduler : public RefCounted<Scheduler> {
 public:
  virtual ~Scheduler() = default;

  /// Takes the task over (its first handle) and queues it. Throws std::logic_error when it cannot:
  /// the task is freed then.
  virtual void adopt(Task* task) = 0;
  /// Queues a task whose `scheduled` bit the caller has just set. From any thread.
  virtual void enqueue(Task* task) noexcept = 0;
  /// May a task be polled on one thread, and later on another one? Then what it is made of has to
  /// be Send (common/send.h).
  virtual bool changes_threads() const noexcept { return false; }
  /// How many tasks are pending, and a line for each: where it was spawned, what it waits for, and
  /// how many hold its waker. On a thread for which it is the current one.
  virtual std::string describe() const = 0;

  /// The one whose tasks this thread is running, or null.
  static Scheduler* current() noexcept { return here_.scheduler; }
  /// The task whose future this thread is polling, or dropping, just now; or null.
  static const Task* polling() noexcept { return here_.polling; }
  /// How many polls this thread has begun: a number for the turn that is under way.
  static std::uint64_t turn_number() noexcept { return turn_number_; }

  /// A peer that always has something shall not keep the thread to itself: so many calls in one
  /// turn of a task, at all its descriptors, and the others have theirs.
  static constexpr unsigned kCallsInATurn = 128;
  /// Counts a call of the task whose turn it is. True when there were enough.
  static bool count_call() noexcept { return ++calls_in_turn_ > kCallsInATurn; }

 private:
  struct Here {
    Scheduler* scheduler;
    const Task* polling;
  };
  // Ordinary words with a constant initial value: reading one costs one instruction.
  static constinit inline thread_local Here here_{nullptr, nullptr};
  static constinit inline thread_local std::uint64_t turn_number_ = 0;
  static constinit inline thread_local unsigned calls_in_turn_ = 0;

 protected:
  /// While one of these lives, the scheduler is the current one of this thread.
  class Scope {
   public:
    explicit Scope(Scheduler& scheduler) noexcept
        : outer_(std::exchange(here_, Here{&scheduler, nullptr})) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { here_ = outer_; }

   private:
    Here outer_;
  };

  // What a scheduler may do with a task. Task has no other friend that changes it.
  static SoloAtomic<std::uint64_t>& state(Task* task) noexcept { return task->state_; }
  void own(Task* task) noexcept { task->scheduler_ = this; }
  static void refuse(Task* task) noexcept {
    task->drop_future();
    task->free();
  }

  /// The last turn was a long one: the reactor is to be asked before the next.
  static bool used_up_its_turn() noexcept { return calls_in_turn_ > kCallsInATurn; }

  /// Polls its future. An exception that the task does not keep is reported. A scheduler may have
  /// wakers of its own for that, made of a task's.
  static trace::Outcome poll(Task* task, const WakerVTable& wakers = Task::kWakerVTable);
  static const WakerVTable& task_wakers() noexcept { return Task::kWakerVTable; }
  static void drop_future(Task* task) noexcept;
  /// Sets `completed`, once the future is gone, and gives the scheduler's handle back; or leaves
  /// that to release_queued().
  void complete(Task* task) noexcept;
  /// Of a completed task that has left its queue. The caller keeps the scheduler alive.
  void release_queued(Task* task) noexcept {
    task->release();
    release();
  }
};

inline trace::Outcome Scheduler::poll(Task* task, const WakerVTable& wakers) {
  BorrowedWaker borrowed(task, &wakers);
  Context cx(borrowed.get());
  ++turn_number_;
  calls_in_turn_ = 0;
  here_.polling = task;
  trace::poll_begin(task);
  trace::Outcome outcome = trace::Outcome::pending;
  try {
    outcome = task->poll_future(cx);
  } catch (...) {
    outcome = trace::Outcome::threw;
    report_exception(task->place());
  }
  trace::poll_end(task, outcome);
  here_.polling = nullptr;
  task->wait_what_ = cx.reason().what;
  task->wait_number_ = cx.reason().number;
  return outcome;
}

inline void Scheduler::drop_future(Task* task) noexcept {
  here_.polling = task;
  task->drop_future();
  here_.polling = nullptr;
  trace::drop(task);
}

/// A completed task may still be in a queue, or a waker on another thread is about to put it there.
/// Then that place keeps the handle, and release_queued() gives it back. Up to here the scheduler
/// is open, so the task's wakers find it alive; after that they do not ask for it. Only one that is
/// on its way to the queue still does, so for that time the task is an owner of the scheduler.
inline void Scheduler::complete(Task* task) noexcept {
  std::uint64_t old = task->state_.load(std::memory_order_acquire);
  std::uint64_t next;
  bool queued;
  do {
    queued = Task::is_queued(old);
    const bool keep = queued || old & Task::kObserved;
    next = (old | Task::kCompleted) - (keep ? 0 : Task::kOneHandle);
  } while (!task->state_.compare_exchange_weak(old, next, std::memory_order_acq_rel,
                                               std::memory_order_acquire));
  if (queued) retain();
  if (old & Task::kObserved) task->completed(old);
  if (queued) return;
  if (old & Task::kObserved) {
    task->release();
  } else if (!(next & Task::kOwners)) {
    task->free();
  }
}

/// What a descriptor, or a buffer in front of one, knows of the turn in which it was used last.
class TurnMark {
 public:
  /// Counts a call. True when the task whose turn it is has had enough of them, at all its
  /// descriptors. Then each still has one in a turn: a busy one must not leave none for the others.
  bool is_over() noexcept {
    if (!Scheduler::current() || !Scheduler::count_call()) [[likely]]
      return false;
    const auto now = static_cast<std::uint16_t>(Scheduler::turn_number());
    return std::exchange(turn_, now) == now;
  }

 private:
  std::uint16_t turn_ = 0;
};

namespace detail {
/// The scheduler that runs the calling task. Throws std::logic_error, naming `what`, outside of
/// one.
Scheduler& current_scheduler(const char* what);
/// Throws std::logic_error inside of one: `what` would block its thread.
void refuse_inside_a_task(const char* what, const char* instead);
}  // namespace detail

}  // namespace book
