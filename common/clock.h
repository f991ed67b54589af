// Clock: the time, real or virtual. Virtual time stands still until the reactor advances it, and
// then jumps: an hour's schedule runs in a millisecond. Chapter 13 explains it.
#pragma once

#include <atomic>
#include <chrono>

namespace book {

using Duration = std::chrono::nanoseconds;
/// A point in time, on the steady clock's scale in either mode.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

enum class TimeMode { real, virtual_time };

/// Reading it is safe from any thread; advancing it is for its one driver, the reactor.
class Clock {
 public:
  /// Virtual time begins at a round figure, so that traces and failures read well.
  static constexpr Instant virtual_epoch() noexcept { return Instant(std::chrono::hours(1)); }

  explicit Clock(TimeMode mode) noexcept
      : mode_(mode), virtual_now_(virtual_epoch().time_since_epoch()) {}

  TimeMode mode() const noexcept { return mode_; }

  Instant now() const noexcept {
    if (mode_ == TimeMode::real) return std::chrono::steady_clock::now();
    return Instant(virtual_now_.load(std::memory_order_acquire));
  }

  /// Moves virtual time forward to `to`; never backward, and never real time.
  void advance_to(Instant to) noexcept {
    if (mode_ == TimeMode::virtual_time && to > now()) {
      virtual_now_.store(to.time_since_epoch(), std::memory_order_release);
    }
  }

 private:
  TimeMode mode_;
  std::atomic<Duration> virtual_now_;
};

}  // namespace book
