#include "20_web_server/steps/workers.h"

#include <cstddef>
#include <utility>

#include "common/start_thread.h"
#include "common/wake_or_report.h"

namespace book::http {

Workers::Workers(int count, std::function<void(int)> work, Stop& stop)
    : work_(std::move(work)), stop_(stop), running_(count) {
  threads_.reserve(static_cast<std::size_t>(count));
  try {
    for (int i = 0; i < count; ++i) threads_.push_back(start_thread([this, i] { run(i); }));
  } catch (...) {
    abort();
    throw;
  }
}

Workers::~Workers() {
  if (!threads_.empty()) abort();
}

/// However many there are: they must not be left alone.
void Workers::abort() {
  stop_.abort();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const std::scoped_lock lock(mutex_);
  if (first_error_) std::rethrow_exception(std::exchange(first_error_, nullptr));
}

void Workers::run(int index) noexcept {
  try {
    work_(index);
  } catch (...) {
    {
      const std::scoped_lock lock(mutex_);
      if (!first_error_) first_error_ = std::current_exception();
    }
    stop_.request_stop();
  }
  if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    wake_or_report([this] { ended_.cancel(); });
  }
}

}  // namespace book::http
