// block_on(future): an executor for the length of one future.
#pragma once

#include <utility>

#include "04_io_executor/executor.h"

namespace book {

/// Runs `future` on an executor of its own and returns its output, or throws its exception. Tasks
/// that it spawned and that are still pending by then are dropped.
template <Future F>
OutputOf<F> block_on(F&& future, ExecutorOptions options = {}, const char* file = __builtin_FILE(),
                     int line = __builtin_LINE()) {
  Executor executor(options);
  return executor.block_on(std::forward<F>(future), file, line);
}

}  // namespace book
