// Wrong: the flag is cleared after the poll. A wake during the poll finds it set, and is lost.
#pragma once

#include <atomic>
#include <utility>

#include "03_channel_executor/sync_channel.h"
#include "03_channel_executor/task.h"
#include "common/arc.h"
#include "common/arc_wake.h"

namespace book::exercise {

using channel_executor::BoxFuture;

class OnceTask final : public RefCounted<OnceTask> {
 public:
  OnceTask(BoxFuture future, SyncSender<Arc<OnceTask>> sender)
      : future_(std::move(future)), sender_(std::move(sender)) {}

  /// Queues the task, unless it is in the queue already. From any thread.
  static void wake_by_ref(const Arc<OnceTask>& self) {
    if (!self->queued_.exchange(true)) (void)self->sender_.try_send(self);
  }

  /// The executor has just taken the task out of the queue: polls its future.
  static void poll(Arc<OnceTask> self) {
    OnceTask& task = *self;
    const Waker waker = into_waker(std::move(self));
    Context cx(waker);
    BoxFuture future = std::move(task.future_);
    if (future && future.poll(cx).is_pending()) task.future_ = std::move(future);
    task.queued_.exchange(false);
  }

 private:
  BoxFuture future_;  // of the executor's thread alone; none once it has ended
  const SyncSender<Arc<OnceTask>> sender_;
  std::atomic<bool> queued_{false};
};

}  // namespace book::exercise
