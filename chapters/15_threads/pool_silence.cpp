// What the thread pool says when tasks wait and nothing can wake them: chapter 04's rule, judged by
// the last worker that goes to sleep.
#include <fmt/format.h>

#include <map>
#include <utility>

#include "04_io_executor/deadlock.h"
#include "04_io_executor/silence.h"
#include "15_threads/pool_core.h"
#include "common/append.h"

namespace book {

template <class Visit>
void PoolCore::each_task(Visit visit) const {
  for (std::size_t i = 0; i < lists_; ++i) {
    const std::lock_guard lock(tasks_[i].lock);
    for (const Task* task = tasks_[i].list.oldest(); task; task = TaskList::newer(task)) {
      visit(*task);
    }
  }
  for (const Arc<Worker>& worker : workers_) {
    const std::lock_guard lock(worker->tasks_lock_);
    for (const Task* task = worker->tasks_.oldest(); task; task = TaskList::newer(task)) {
      visit(*task);
    }
  }
}

/// Tasks of several lists have no common age, so it goes by place; equal lines are counted.
std::string PoolCore::describe_pending() const {
  std::map<std::pair<std::string, std::string>, int> lines;
  each_task([&](const Task& task) {
    std::string line;
    detail::append_line(line, task);
    ++lines[{fmt::format("{}:{:6}", task.place().file, task.place().line), line}];
  });
  std::string text;
  int shown = 0;
  int left = 0;
  for (const auto& [line, times] : lines) {
    if (++shown > detail::kShown) {
      left += times;
      continue;
    }
    text += line.second;
    if (times > 1) append(text, " ({} times)", times);
  }
  if (left > 0) append(text, "\n  and {} more", left);
  return text;
}

std::string PoolCore::describe() const {
  std::uint64_t polls = 0;
  for (const Arc<Worker>& worker : workers_) polls += worker->stats().polls;
  return fmt::format("{} pending {}, polled {} times so far{}", task_count(),
                     task_count() == 1 ? "task" : "tasks", polls, describe_pending());
}

/// Every worker sleeps, or is about to; no timer, descriptor or outside work is waited for. So no
/// task is polled, and none is queued that a thread of ours has queued.
void PoolCore::judge_silence() {
  if (!workers_[0]->is_run_.load(std::memory_order_relaxed) || task_count() == 0) return;
  bool a_wake_is_possible = handles_.load(std::memory_order_relaxed) > 0;
  bool forgotten_waker = false;
  each_task([&](const Task& task) {
    if (!task.is_stranded()) {
      a_wake_is_possible = true;
    } else if (task.waits_for().what != kWaitsForever) {
      forgotten_waker = true;
    }
  });
  if (!a_wake_is_possible || reactor_.time_mode() == TimeMode::virtual_time) {
    deadlock_ =
        "nothing can happen any more: every task waits, and no timer, descriptor or outside work "
        "is left." +
        describe_pending() + (forgotten_waker ? detail::kKeepTheWaker : "");
    deadlocked_.store(true);
    idle_.wake(0);  // the one that can throw it out of run() or block_on()
    return;
  }
  report_stranded();
  if (std::exchange(silence_reported_, true)) return;
  detail::say(
      "every task waits, and only a waker kept on another thread could go on "
      "(hold a Reactor::OutsideWork while such a thread is at work, and this is not said):" +
      describe_pending());
}

void PoolCore::throw_deadlock() {
  if (!deadlocked_.load()) return;
  deadlocked_.store(false);
  throw Deadlock(std::exchange(deadlock_, {}));
}

void PoolCore::note_stranded(Task* task) noexcept {
  bool noted = task->is_stranded() && task->waits_for().what != kWaitsForever;
  if (noted && state(task).fetch_or(Task::kReported, std::memory_order_relaxed) & Task::kReported) {
    noted = false;
  }
  if (!noted) return task->release();
  const std::lock_guard lock(stranded_mutex_);
  stranded_.push_back(task);
  any_stranded_.store(true, std::memory_order_relaxed);
}

void PoolCore::report_stranded() {
  if (!any_stranded_.load(std::memory_order_relaxed)) return;
  std::vector<Task*> stranded;
  {
    const std::lock_guard lock(stranded_mutex_);
    stranded.swap(stranded_);
    any_stranded_.store(false, std::memory_order_relaxed);
  }
  std::string text;
  int count = 0;
  for (Task* task : stranded) {
    if (task->is_stranded() && ++count <= detail::kShown) detail::append_line(text, *task);
    task->release();
  }
  if (count == 0) return;  // cancelled meanwhile
  if (count > detail::kShown) append(text, "\n  and {} more", count - detail::kShown);
  detail::say((count == 1 ? "a task is pending, and nobody can wake it any more:"
                          : fmt::format("{} tasks are pending, and nobody can wake them any more:",
                                        count)) +
              text + detail::kKeepTheWaker);
}

}  // namespace book
