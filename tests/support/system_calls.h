// How many system calls this thread has made, by name: for tests that promise "one read, one
// write". And it makes them fail, in the simplest way; faults.h has the others.
//
//     const SystemCalls before = system_calls();
//     ...
//     EXPECT_EQ((system_calls() - before).of("recv"), 1);
//
// Functions of ours stand in for libc's (stand_ins.cpp) in any test that includes this and calls
// it: the code under test is the one that is shipped.
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include "support/sanitizer.h"

namespace book::test {

class SystemCalls {
 public:
  /// Those that are counted. Asking for another is a mistake in the test: it throws
  /// std::logic_error.
  static constexpr std::array<std::string_view, 25> kNames = {
      "read",        "write",     "writev",        "recv",       "send",
      "sendmsg",     "accept4",   "close",         "shutdown",   "fstatat",
      "epoll_wait",  "epoll_ctl", "fstat",         "open",       "openat",
      "openat2",     "socket",    "eventfd",       "setsockopt", "getsockname",
      "getpeername", "listen",    "epoll_create1", "pread",      "ioctl"};

  long of(std::string_view name) const { return counts_[index_of(name)]; }
  long all() const;
  /// "recv 2, send 1": those that were made.
  std::string to_string() const;

  friend SystemCalls operator-(SystemCalls a, const SystemCalls& b) {
    for (std::size_t i = 0; i < kNames.size(); ++i) a.counts_[i] -= b.counts_[i];
    return a;
  }

  static constexpr std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (kNames[i] == name) return i;
    throw std::logic_error("SystemCalls does not count " + std::string(name));
  }
  std::array<long, kNames.size()> counts_{};
};

/// Why a test of system calls has to be skipped in this build; null when they are counted. (The
/// thread sanitizer's own stand-ins have to see every call: they are how it knows who waits for
/// whom. The address sanitizer's lie in a library behind ours, and it does without them.)
constexpr const char* why_not_counted() {
  return under_thread_sanitizer()
             ? "system calls are not counted under the thread sanitizer, which stands in for them"
             : nullptr;
}

/// What the calling thread has made so far.
SystemCalls system_calls();

/// The next `times` calls of this name by this thread fail with `error`, and do nothing else: an
/// EINTR, or an ECONNABORTED, when the test wants it. Only where calls are counted.
void fail_next(std::string_view name, int error, int times = 1);

/// The next connect of this thread comes from the very port that it goes to. (By chance the system
/// picks that port, once in so many thousand times.) Only where calls are counted.
void let_next_connect_meet_itself();

}  // namespace book::test
