// Exercise 2: urgent tasks first.
//
// An executor whose tasks are high or low. Before every poll it takes a high task if one is
// queued, else a low one; among equals, the one that was queued first. Everything here runs on one
// thread, so there are no locks to think of: only the order.
//
// Run its test with: make exercise CHAPTER=03
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include "03_channel_executor/task.h"
#include "common/arc.h"
#include "common/arc_wake.h"

namespace book::exercise {

using channel_executor::BoxFuture;
using channel_executor::TaskFuture;

enum class Priority { low, high };

class PriorityTask;

/// The tasks whose turn will come.
class PriorityQueue : public RefCounted<PriorityQueue> {
 public:
  void push(Arc<PriorityTask> task, Priority priority) {
    (void)priority;  // TODO
    tasks_.push_back(std::move(task));
  }

  /// The next task, or none.
  Arc<PriorityTask> pop() {
    // TODO: a high one first.
    if (tasks_.empty()) return nullptr;
    Arc<PriorityTask> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

 private:
  std::deque<Arc<PriorityTask>> tasks_;
};

class PriorityTask final : public RefCounted<PriorityTask> {
 public:
  PriorityTask(BoxFuture future, Priority priority, Arc<PriorityQueue> queue)
      : future_(std::move(future)), priority_(priority), queue_(std::move(queue)) {}

  static void wake_by_ref(const Arc<PriorityTask>& self) {
    // TODO: is every woken task a low one?
    self->queue_->push(self, Priority::low);
  }

  static void poll(Arc<PriorityTask> self) {
    PriorityTask& task = *self;
    const Waker waker = into_waker(std::move(self));
    Context cx(waker);
    BoxFuture future = std::move(task.future_);
    if (future && future.poll(cx).is_pending()) task.future_ = std::move(future);
  }

 private:
  BoxFuture future_;
  const Priority priority_;
  const Arc<PriorityQueue> queue_;
};

class PriorityExecutor {
 public:
  PriorityExecutor() = default;
  PriorityExecutor(const PriorityExecutor&) = delete;
  ~PriorityExecutor() {
    while (queue_->pop()) {
    }
  }

  template <TaskFuture F>
  void spawn(Priority priority, F future) {
    queue_->push(make_arc<PriorityTask>(BoxFuture(std::move(future)), priority, queue_), priority);
  }

  /// Polls tasks until none is queued.
  void run_ready() {
    while (Arc<PriorityTask> task = queue_->pop()) PriorityTask::poll(std::move(task));
  }

 private:
  Arc<PriorityQueue> queue_ = make_arc<PriorityQueue>();
};

}  // namespace book::exercise
