#include "03_channel_executor/executor.h"

#include <optional>
#include <stdexcept>

namespace book::channel_executor {

std::pair<Executor, Spawner> new_executor_and_spawner(std::size_t max_queued_tasks) {
  auto [sender, receiver] = sync_channel<Arc<Task>>(max_queued_tasks);
  return {Executor(std::move(receiver)), Spawner(std::move(sender))};
}

void Executor::run() {
  while (std::optional<Arc<Task>> task = ready_queue_.recv()) poll(std::move(*task));
}

std::size_t Executor::run_ready() {
  std::size_t taken = 0;
  while (std::optional<Arc<Task>> task = ready_queue_.try_recv()) {
    poll(std::move(*task));
    ++taken;
  }
  return taken;
}

void Spawner::spawn_boxed(BoxFuture future, Place place) const {
  if (!task_sender_)
    throw std::logic_error("spawn() with a spawner that was dropped or moved from");
  Arc<Task> task = make_arc<Task>(std::move(future), task_sender_, place);
  switch (task_sender_.try_send(std::move(task))) {
    case TrySend::sent:
      return;
    case TrySend::full:
      throw TooManyTasks(task_sender_.capacity());
    case TrySend::closed:
      throw std::logic_error("spawn() after the executor is gone");
  }
}

}  // namespace book::channel_executor
