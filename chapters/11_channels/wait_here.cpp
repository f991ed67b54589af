#include "11_channels/wait_here.h"

#include <stdexcept>
#include <string>

#include "04_io_executor/scheduler.h"

namespace book::detail {

void ThreadBell::wake_by_ref(const Arc<ThreadBell>& bell) {
  const std::lock_guard lock(bell->mutex_);
  bell->is_rung_ = true;
  bell->rung_.notify_one();
}

void ThreadBell::wait() {
  std::unique_lock lock(mutex_);
  rung_.wait(lock, [this] { return is_rung_; });
  is_rung_ = false;
}

void refuse_on_an_executor(const char* what) {
  if (!Scheduler::current()) return;
  throw std::logic_error(std::string(what) +
                         " inside a task would stop every task of this thread: co_await instead");
}

}  // namespace book::detail
