// The executor of the Rust book: tasks come out of a channel and are polled, and the one that is
// woken puts itself into the channel again.
//
//     auto [executor, spawner] = new_executor_and_spawner();
//     spawner.spawn(some_future);      // queued; nothing runs yet
//     spawner.drop();                  // nothing more will be spawned
//     executor.run();                  // until every task has ended
//
// 04_io_executor/executor.h replaces it from the next chapter on; the README says what that buys.
#pragma once

#include <cstddef>
#include <utility>

#include "03_channel_executor/sync_channel.h"
#include "03_channel_executor/task.h"

namespace book::channel_executor {

class Executor;
class Spawner;

inline constexpr std::size_t kMaxQueuedTasks = 10'000;

/// Both ends of a new queue of tasks.
std::pair<Executor, Spawner> new_executor_and_spawner(
    std::size_t max_queued_tasks = kMaxQueuedTasks);

/// The end where tasks come out and run. Destroying it drops the tasks that are queued; one that
/// waits is dropped with its last waker, on the thread that drops that waker.
class Executor {
 public:
  /// Polls tasks as they come, and sleeps when none does, until no sender is left: no spawner, and
  /// no task that a waker could still wake. Throws TooManyTasks when a wake found no room.
  void run();

  /// Takes tasks out of the queue until it is empty, and says how many. Never sleeps.
  std::size_t run_ready();

  /// Spawners, and tasks that are queued or could be woken: what run() waits for.
  std::size_t senders() const { return ready_queue_.senders(); }
  /// How many times any task was polled so far.
  std::size_t polls() const noexcept { return polls_; }

 private:
  friend std::pair<Executor, Spawner> new_executor_and_spawner(std::size_t max_queued_tasks);
  explicit Executor(SyncReceiver<Arc<Task>> ready_queue) : ready_queue_(std::move(ready_queue)) {}

  void poll(Arc<Task> task) { polls_ += Task::poll(std::move(task)) ? 1 : 0; }

  SyncReceiver<Arc<Task>> ready_queue_;
  std::size_t polls_ = 0;
};

/// The end where tasks go in. Copies spawn on the same executor, from any thread; the executor runs
/// until the last of them is gone.
class Spawner {
 public:
  /// Queues `future` as a task of its own. Throws TooManyTasks when there is no room for it, and
  /// std::logic_error when the executor is gone or this spawner was dropped.
  template <TaskFuture F>
  void spawn(F future, const char* file = __builtin_FILE(), int line = __builtin_LINE()) const {
    spawn_boxed(BoxFuture(std::move(future)), Place{file, line});
  }

  /// Gives up the right to spawn, now and not at the end of the scope.
  void drop() noexcept { task_sender_.drop(); }

 private:
  friend std::pair<Executor, Spawner> new_executor_and_spawner(std::size_t max_queued_tasks);
  explicit Spawner(SyncSender<Arc<Task>> task_sender) : task_sender_(std::move(task_sender)) {}

  void spawn_boxed(BoxFuture future, Place place) const;

  SyncSender<Arc<Task>> task_sender_;
};

}  // namespace book::channel_executor
