// What the executor says when tasks wait and nothing can wake them. Chapter 04 explains the rule:
// silence is a bug that has to show, never a program that just stands there.
#include "04_io_executor/silence.h"

#include <fmt/format.h>

#include <cstdio>

#include "04_io_executor/deadlock.h"
#include "04_io_executor/executor_core.h"
#include "common/append.h"

namespace book {

void detail::append_line(std::string& text, const Task& task) {
  const WaitReason reason = task.waits_for();
  append(text, "\n  the task spawned at {}:{}, which waits for ", task.place().file,
         task.place().line);
  if (!reason.what) {
    append(text, "something it does not name");
  } else if (reason.number < 0) {
    append(text, "{}", reason.what);
  } else {
    append(text, "{} {}", reason.what, reason.number);
  }
  const unsigned wakers = task.wakers();
  if (wakers == 0) {
    append(text, "; nobody holds its waker");
  } else {
    append(text, "; its waker is held {}", wakers == 1 ? "once" : fmt::format("{} times", wakers));
  }
}

void detail::say(const std::string& text) noexcept { std::fputs((text + "\n").c_str(), stderr); }

using detail::append_line;
using detail::kKeepTheWaker;
using detail::kShown;
using detail::say;

/// Called when the loop is about to wait and no timer, descriptor or outside work could end the
/// wait. A waker that is still held may be fired by another thread, but not in virtual time: there,
/// a thread that wakes from outside says so with an OutsideWork.
void ExecutorCore::diagnose_deadlock() {
  bool a_wake_is_possible = false;
  bool forgotten_waker = false;
  for (const Task* task = tasks_.newest(); task; task = TaskList::older(task)) {
    if (!task->is_stranded()) {
      a_wake_is_possible = true;
    } else if (task->waits_for().what != kWaitsForever) {
      forgotten_waker = true;
    }
  }
  if (!a_wake_is_possible || reactor_.time_mode() == TimeMode::virtual_time) {
    throw Deadlock(
        "nothing can happen any more: every task waits, and no timer, descriptor or outside work "
        "is left." +
        describe_pending() + (forgotten_waker ? kKeepTheWaker : ""));
  }
  if (silence_reported_) return;
  silence_reported_ = true;
  say("every task waits, and only a waker kept on another thread could go on "
      "(hold a Reactor::OutsideWork while such a thread is at work, and this is not said):" +
      describe_pending());
}

std::string ExecutorCore::describe() const {
  return fmt::format("{} pending {}, polled {} times so far{}", task_count_,
                     task_count_ == 1 ? "task" : "tasks", polls_, describe_pending());
}

/// Oldest first, which is how they were written down in the program.
std::string ExecutorCore::describe_pending() const {
  std::string text;
  int shown = 0;
  for (const Task* task = tasks_.oldest(); task; task = TaskList::newer(task)) {
    if (++shown <= kShown) append_line(text, *task);
  }
  if (shown > kShown) append(text, "\n  and {} more", shown - kShown);
  return text;
}

/// A poll has just left this task pending, and no waker of it is left. The task is kept, with a
/// handle of its own, until the next report: if nothing else runs by then, Deadlock says it better.
void ExecutorCore::note_stranded(Task* task) {
  if (task->waits_for().what == kWaitsForever) return;
  if (state(task).fetch_or(Task::kReported, std::memory_order_relaxed) & Task::kReported) return;
  stranded_.push_back(task);
  task->retain();
}

/// Tasks that cannot wake while others still run: said once, on stderr.
void ExecutorCore::report_stranded() {
  std::string text;
  int count = 0;
  for (Task* task : stranded_) {
    if (task->is_stranded() && ++count <= kShown) append_line(text, *task);
    task->release();
  }
  stranded_.clear();
  if (count == 0) return;  // cancelled meanwhile
  if (count > kShown) append(text, "\n  and {} more", count - kShown);
  say((count == 1
           ? "a task is pending, and nobody can wake it any more:"
           : fmt::format("{} tasks are pending, and nobody can wake them any more:", count)) +
      text + kKeepTheWaker);
}

}  // namespace book
