#include "03_channel_executor/task.h"

#include <fmt/format.h>

#include <exception>

#include "common/arc_wake.h"
#include "common/report_exception.h"

namespace book::channel_executor {

TooManyTasks::TooManyTasks(std::size_t places)
    : std::runtime_error(fmt::format("too many tasks queued: all {} places are taken", places)) {}

Task::Task(BoxFuture future, SyncSender<Arc<Task>> sender, Place spawned_at)
    : future_(std::move(future)), sender_(std::move(sender)), spawned_at_(spawned_at) {
  trace::spawn(this, spawned_at);
}

Task::~Task() { trace::drop(this); }

void Task::wake_by_ref(const Arc<Task>& self) {
  trace::wake(self.get());
  const SyncSender<Arc<Task>>& sender = self->sender_;
  if (sender.try_send(self) == TrySend::full) {
    sender.fail(std::make_exception_ptr(TooManyTasks(sender.capacity())));
  }
}

bool Task::poll(Arc<Task> self) {
  Task& task = *self;
  const Waker waker = into_waker(std::move(self));  // owns the task from here on
  Context cx(waker);

  std::lock_guard lock(task.mutex_);
  BoxFuture future = std::move(task.future_);
  if (!future) return false;  // it has ended, and was woken once more than it needed

  trace::poll_begin(&task);
  trace::Outcome outcome = trace::Outcome::ready;
  try {
    if (future.poll(cx).is_pending()) {
      outcome = trace::Outcome::pending;
      task.future_ = std::move(future);
    }
  } catch (...) {
    outcome = trace::Outcome::threw;
    report_exception(task.spawned_at_);
  }
  trace::poll_end(&task, outcome);
  return true;
}

}  // namespace book::channel_executor
