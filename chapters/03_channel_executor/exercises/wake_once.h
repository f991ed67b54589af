// Exercise 1: a task that is queued at most once, however often it is woken.
//
// The chapter's task puts itself into the queue for every wake: three wakes before its turn are
// three places in the queue, and two polls for nothing. One flag cures that. Where is it set, and
// where is it cleared? There is one line at which clearing it is right.
//
// Spawning a task is its first wake: the test makes one and calls wake_by_ref.
//
// Run its test with: make exercise CHAPTER=03
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
    // TODO: not when it waits in the queue already.
    (void)self->sender_.try_send(self);
  }

  /// The executor has just taken the task out of the queue: polls its future.
  static void poll(Arc<OnceTask> self) {
    OnceTask& task = *self;
    const Waker waker = into_waker(std::move(self));
    Context cx(waker);
    BoxFuture future = std::move(task.future_);
    // TODO: from which line on does a wake have to queue it again? Before the poll, or after it?
    if (future && future.poll(cx).is_pending()) task.future_ = std::move(future);
  }

 private:
  BoxFuture future_;  // of the executor's thread alone; none once it has ended
  const SyncSender<Arc<OnceTask>> sender_;
  // TODO: one flag, which several threads may touch at once.
};

}  // namespace book::exercise
