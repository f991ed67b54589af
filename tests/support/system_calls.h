// How many system calls this thread has made, by name: for tests that promise "one read, one
// write". And it makes them fail.
//
//     const SystemCalls before = system_calls();
//     ...
//     EXPECT_EQ((system_calls() - before).of("recv"), 1);
//
// The counting functions stand in for libc's in any test that includes this and calls it: the code
// under test is the one that is shipped. Under a sanitizer, which does the same for its own ends,
// nothing is counted: skip the test then (support/sanitizer.h).
#pragma once

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace book::test {

class SystemCalls {
 public:
  /// Those that are counted. Asking for another is a mistake in the test: it throws
  /// std::logic_error.
  static constexpr std::array<std::string_view, 12> kNames = {
      "read",    "write", "writev",   "recv",       "send",      "sendmsg",
      "accept4", "close", "shutdown", "epoll_wait", "epoll_ctl", "fstatat"};

  long of(std::string_view name) const { return counts_[index_of(name)]; }
  long all() const;
  /// "recv 2, send 1": those that were made.
  std::string to_string() const;

  friend SystemCalls operator-(SystemCalls a, const SystemCalls& b) {
    for (std::size_t i = 0; i < kNames.size(); ++i) a.counts_[i] -= b.counts_[i];
    return a;
  }

  static std::size_t index_of(std::string_view name);
  std::array<long, kNames.size()> counts_{};
};

/// What the calling thread has made so far.
SystemCalls system_calls();

/// The next `times` calls of this name by this thread fail with `error`, and do nothing else: an
/// EINTR, or an ECONNABORTED, when the test wants it. Only where calls are counted.
void fail_next(std::string_view name, int error, int times = 1);

}  // namespace book::test
