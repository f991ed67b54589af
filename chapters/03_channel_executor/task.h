// A task: a future that can put itself back into the queue it is polled from.
//
//     Spawner --> [ queue of Arc<Task> ] --> Executor --> poll --> a waker is kept outside
//                           ^                                                 |
//                           +-------------- Task::wake_by_ref <---------------+
//
// A waker keeps its task alive; the task holds a sender; a sender keeps the executor running.
// Chapter 04 has a lighter task.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "03_channel_executor/sync_channel.h"
#include "common/arc.h"
#include "common/future.h"
#include "common/trace.h"

namespace book::channel_executor {

/// What a task can run: a future that gives nothing, since no caller waits to take it.
template <class F>
concept TaskFuture = Future<F> && std::is_void_v<OutputOf<F>>;

/// Some such future, of whatever type, at a place of its own on the heap, or none.
class BoxFuture {
 public:
  template <TaskFuture F>
  explicit BoxFuture(F future) : held_(std::make_unique<Held<F>>(std::move(future))) {}

  Poll<void> poll(Context& cx) { return held_->poll(cx); }
  explicit operator bool() const noexcept { return held_ != nullptr; }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual Poll<void> poll(Context& cx) = 0;
  };
  template <class F>
  struct Held final : Any {
    explicit Held(F future) : future(std::move(future)) {}
    Poll<void> poll(Context& cx) override { return future.poll(cx); }
    F future;
  };

  std::unique_ptr<Any> held_;
};

/// There is no room for one more task in the queue.
class TooManyTasks : public std::runtime_error {
 public:
  explicit TooManyTasks(std::size_t places);
};

class Task final : public RefCounted<Task> {
 public:
  Task(BoxFuture future, SyncSender<Arc<Task>> sender, Place spawned_at);
  ~Task();

  /// Queues the task, once more for each call; does nothing once the executor is gone. From any
  /// thread, and so it does not throw when the queue is full: the executor's run() does instead.
  static void wake_by_ref(const Arc<Task>& self);

  /// Polls the future, and drops it when it ends; an exception ends it too, and is reported on
  /// stderr. False when it has ended before, and there was nothing to poll.
  static bool poll(Arc<Task> self);

 private:
  std::mutex mutex_;
  BoxFuture future_;  // guarded by mutex_; none once it has ended
  const SyncSender<Arc<Task>> sender_;
  const Place spawned_at_;
};

}  // namespace book::channel_executor
