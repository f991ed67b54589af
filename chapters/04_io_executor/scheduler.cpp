#include "04_io_executor/scheduler.h"

#include <fmt/format.h>

#include <stdexcept>

namespace book {

Scheduler& detail::current_scheduler(const char* what) {
  if (Scheduler* scheduler = Scheduler::current()) return *scheduler;
  throw std::logic_error(fmt::format("{}() needs a running executor: call it inside a task", what));
}

}  // namespace book
