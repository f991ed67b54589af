// What the executor says when tasks wait and nothing can wake them. Chapter 04 explains the rule:
// silence is a bug that has to show, never a program that just stands there.
#include <fmt/format.h>

#include <cstdio>
#include <iterator>

#include "04_io_executor/deadlock.h"
#include "04_io_executor/executor_core.h"

namespace book {
namespace {

void describe(std::string& text, const Task& task) {
  const WaitReason reason = task.waits_for();
  auto out = std::back_inserter(text);
  fmt::format_to(out, "\n  the task spawned at {}:{}, which waits for ", task.place().file,
                 task.place().line);
  if (!reason.what) {
    fmt::format_to(out, "something it does not name");
  } else if (reason.number < 0) {
    fmt::format_to(out, "{}", reason.what);
  } else {
    fmt::format_to(out, "{} {}", reason.what, reason.number);
  }
  const unsigned wakers = task.wakers();
  if (wakers == 0) {
    fmt::format_to(out, "; nobody holds its waker");
  } else {
    fmt::format_to(out, "; its waker is held {}", wakers == 1 ? "once" : fmt::format("{} times", wakers));
  }
}

}  // namespace

/// Called when the loop is about to wait and no timer, descriptor or outside work could end the
/// wait. A waker that somebody holds may still be fired by another thread, but not in virtual time:
/// there, whoever wakes from outside says so with an OutsideWork.
void ExecutorCore::examine_silence() {
  bool somebody_could_wake = false;
  for (const Task* task = newest_; task; task = task->older_) {
    if (!task->is_stranded()) somebody_could_wake = true;
  }
  const char* headline =
      "nothing can happen any more: every task waits, and no timer, descriptor or outside work is left.";
  if (!somebody_could_wake || reactor_.time_mode() == TimeMode::virtual_time) {
    throw Deadlock(headline + describe_pending());
  }
  if (silence_reported_) return;
  silence_reported_ = true;
  fmt::print(stderr,
             "every task waits, and only a waker kept on another thread could go on "
             "(hold a Reactor::OutsideWork while such a thread is at work, and this is not said):{}\n",
             describe_pending());
}

/// Oldest first, which is how they were written down in the program.
std::string ExecutorCore::describe_pending() const {
  const Task* oldest = newest_;
  while (oldest && oldest->older_) oldest = oldest->older_;
  constexpr int kShown = 20;
  std::string text;
  int shown = 0;
  for (const Task* task = oldest; task; task = task->newer_) {
    if (++shown <= kShown) describe(text, *task);
  }
  if (shown > kShown) fmt::format_to(std::back_inserter(text), "\n  and {} more", shown - kShown);
  return text;
}

/// Tasks that can not wake while others still run: said once each, on stderr.
void ExecutorCore::report_stranded() noexcept {
  stranded_ = false;
  for (Task* task = newest_; task; task = task->older_) {
    if (!task->is_stranded() || task->waits_for().what == kWaitsForEver) continue;
    if (task->state_.fetch_or(Task::kReported, std::memory_order_relaxed) & Task::kReported) continue;
    std::string text = "a task is pending and will never be polled again:";
    describe(text, *task);
    fmt::print(stderr, "{} (a future that returns pending must first store cx.waker())\n", text);
  }
}

}  // namespace book
