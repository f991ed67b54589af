#include "04_io_executor/scheduler.h"

#include <fmt/format.h>

#include <stdexcept>

namespace book {

Scheduler& detail::current_scheduler(const char* what) {
  if (Scheduler* scheduler = Scheduler::current()) return *scheduler;
  throw std::logic_error(fmt::format("{}() needs a running executor: call it inside a task", what));
}

void detail::refuse_inside_a_task(const char* what, const char* instead) {
  if (!Scheduler::current()) return;
  throw std::logic_error(
      fmt::format("{}() inside a task would stop every other task: {} instead", what, instead));
}

}  // namespace book
