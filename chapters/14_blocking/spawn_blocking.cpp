#include "14_blocking/spawn_blocking.h"

#include <fmt/format.h>

#include <stdexcept>

namespace book {

BlockingCore& detail::current_blocking_core(const char* what) {
  if (BlockingCore* core = BlockingCore::current()) return *core;
  throw std::logic_error(
      fmt::format("{} needs a blocking pool: make a BlockingPool, and a BlockingPool::Scope of it "
                  "on the thread that runs the tasks",
                  what));
}

}  // namespace book
