// Who uses a lock of this chapter, and where: what a report says of it.
//
// A task that waits is named by the line in which its future was made, lock() or wait() or
// acquire(): that line is what a Deadlock report shows ("a mutex that was locked in line 42"), and
// what is on stderr when a lock is destroyed under the hands of those who use it.
#pragma once

#include <cstdint>
#include <limits>

#include "11_channels/wait_queue.h"

namespace book::detail {

/// A line of a source file. There are some longer than that, but not by hand.
class Line {
 public:
  Line() = default;
  explicit constexpr Line(int line) noexcept
      : line_(static_cast<std::uint16_t>(line < kMax ? line : kMax)) {}
  int number() const noexcept { return line_; }

 private:
  static constexpr int kMax = std::numeric_limits<std::uint16_t>::max();
  std::uint16_t line_ = 0;
};

struct PlacedWaiter : Waiter {
  explicit PlacedWaiter(Line made_in) noexcept : line(made_in) {}
  Line line;
};

/// One line on stderr, then std::terminate: the lock is destroyed, and a task still uses it. What
/// std::mutex leaves undefined.
[[noreturn]] void destroyed_in_use(const char* lock, const char* why, Line line) noexcept;

/// For the destructor of what has a queue: no task waits in it, or std::terminate.
inline void check_no_waiter(const char* lock, WaitQueue& queue) noexcept {
  if (queue.empty()) return;
  destroyed_in_use(lock, "a task waits for it since line", queue.front<PlacedWaiter>().line);
}

}  // namespace book::detail
