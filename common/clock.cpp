#include "common/clock.h"

#include <time.h>

namespace book {

// Linux counts both of its monotonic clocks from the same moment, and steady_clock is the fine one.
Instant Clock::coarse_now() const noexcept {
  if (mode_ == TimeMode::virtual_time) return now();
  timespec time{};
  if (::clock_gettime(CLOCK_MONOTONIC_COARSE, &time) != 0) return now();
  return Instant(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace book
