// Solution: urgent tasks first.
//
//     high  [ oldest | ... | newest ] --+
//                                       +-->  the oldest high one, else the oldest low one
//     low   [ oldest | ... | newest ] --+
//
// A queue for each priority keeps the order among equals without comparing anything. A high task
// that wakes itself forever starves every low one: that is what "high first" means.
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
  void push(Arc<PriorityTask> task, Priority priority) { of(priority).push_back(std::move(task)); }

  /// The next task, or none.
  Arc<PriorityTask> pop() {
    std::deque<Arc<PriorityTask>>& tasks = of(high_.empty() ? Priority::low : Priority::high);
    if (tasks.empty()) return nullptr;
    Arc<PriorityTask> task = std::move(tasks.front());
    tasks.pop_front();
    return task;
  }

 private:
  std::deque<Arc<PriorityTask>>& of(Priority priority) {
    return priority == Priority::high ? high_ : low_;
  }

  std::deque<Arc<PriorityTask>> high_;
  std::deque<Arc<PriorityTask>> low_;
};

class PriorityTask final : public RefCounted<PriorityTask> {
 public:
  PriorityTask(BoxFuture future, Priority priority, Arc<PriorityQueue> queue)
      : future_(std::move(future)), priority_(priority), queue_(std::move(queue)) {}

  static void wake_by_ref(const Arc<PriorityTask>& self) {
    self->queue_->push(self, self->priority_);
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
